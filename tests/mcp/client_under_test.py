"""Our own client as the official suite asks for it: signs in if it must, lists, calls all tools."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from luban.mcp import McpSessions
from luban.mcp.errors import ToolServerNeedsCredential
from luban.mcp.logins import AskedLogins
from luban.net import AllowList, GuardedHttp
from luban.ports.clock import SystemClock
from luban.ports.providers import Asking, Kind, Provider
from luban.ports.tool_servers import OfferedTool, ServerAccess, ToolServer
from luban.providers.oauth import sending_people
from luban.providers.oauth.tokens import TokenClient
from tests.mcp.boxes import NoBoxes

REDIRECT = "http://localhost:8123/api/v1/credentials/oauth/callback"


async def perform(url: str) -> None:
    """Raises what goes wrong."""
    allow = AllowList.parse("loopback")
    http, sessions = GuardedHttp(allow), McpSessions(allow, NoBoxes(), opening=10)
    try:
        try:
            await _use(sessions, _reach(url, ""))
        except ToolServerNeedsCredential:
            await _use(sessions, _reach(url, await _signed_in(http, url)))
    finally:
        await sessions.aclose()
        await http.aclose()


def _reach(url: str, token: str) -> ServerAccess:
    async def headers() -> Mapping[str, str]:
        return {"Authorization": f"Bearer {token}"} if token else {}

    return ServerAccess(ToolServer(id="s", owner="me", name="suite", url=url), headers, token)


async def _use(sessions: McpSessions, to: ServerAccess) -> None:
    for tool in (await sessions.listing(to)).tools:
        await sessions.call(to, tool.name, _arguments(tool), timeout=10)


def _arguments(tool: OfferedTool) -> dict[str, Any]:
    asked: Mapping[str, Any] = tool.parameters.get("properties") or {}
    return {name: 2 for name, each in asked.items() if each.get("type") == "number"}


async def _signed_in(http: GuardedHttp, url: str) -> str:
    """As a person does in a browser, who always agrees."""
    login = await AskedLogins(http).find(url, REDIRECT)
    asking = Asking(
        owner="me",
        scopes=login.scopes,
        state=secrets.token_urlsafe(),
        verifier=secrets.token_urlsafe(32),
        redirect=REDIRECT,
    )
    address = sending_people.address(login.oauth, login.app, asking)
    back = await http.request("GET", address, follow_redirects=False)
    (code,) = parse_qs(urlsplit(back.headers["location"]).query)["code"]
    provider = Provider(
        id="suite", title="suite", kinds=(Kind(kind="oauth2"),), oauth=login.oauth, own=True
    )
    tokens = TokenClient(http, SystemClock())
    granted = await tokens.exchange(provider, login.app, asking, code)
    return granted.secret["access_token"]

"""From a request to its caller: by session, key, token or ticket, or by sitting at the machine."""

from __future__ import annotations

from typing import Literal, NamedTuple
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.types import Scope

from luban.api.caller import CALLER, local_caller
from luban.api.openai_errors import is_asked
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.services.accounts.accounts import Accounts
from luban.services.accounts.recognition import Recognition, Visit

COOKIE, SECURE_COOKIE = "luban_session", "__Host-luban_session"
"""The second one over https: no other server of the domain can set it."""
TEAM_HEADER = "x-luban-team"
_PROXY_SIGNS = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
)
_LONGEST_AGENT = 300


class ThroughProxy(LubanError):
    """A server that asks nobody for an account was put behind a proxy."""

    code = "through_proxy"
    status = 403
    en = (
        "This server asks for no account, so it serves only its own machine; this request came "
        "through a proxy. Set LUBAN_AUTH=required to let others in."
    )
    zh = (
        "此服务器不要求账号，因此只服务本机；而此请求经由代理到达。"
        "若要让他人访问，请设置 LUBAN_AUTH=required。"
    )


class _Shown(NamedTuple):
    """What of a request says who sends it."""

    session: str
    bearer: str
    team: str
    agent: str
    came_through_proxy: bool


class Identifying:
    """The `Identify` of a server with accounts."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._recognition: Recognition = accounts.recognition
        self._required = accounts.policy.required

    async def __call__(self, connection: HTTPConnection) -> Caller:
        """Raises `WrongCredentials`, `NotFound` of a team, `ThroughProxy`, …."""
        scope = connection.scope
        shown = _shown(scope)
        client = scope.get("client")
        visit = Visit(client[0] if client else "", shown.agent)
        if shown.bearer and not self._is_idle(scope, shown.bearer):
            return await self._by_token(shown.bearer, shown.team, visit)
        if scope["type"] == "websocket" and (token := _in_address(scope)):
            return await self._opening(scope, token, shown.team, visit)
        if shown.session:
            caller = await self._by_session(shown.session, shown.team, visit)
            if caller is not None:
                return caller
        return await self._stranger(connection, shown, visit)

    def _is_idle(self, scope: Scope, bearer: str) -> bool:
        """Programs for OpenAI send a key wherever they ask; where none is needed, any will do."""
        return not self._required and is_asked(scope["path"]) and not _looks_long(bearer)

    async def _stranger(self, connection: HTTPConnection, shown: _Shown, visit: Visit) -> Caller:
        if self._required:
            return Caller(address=visit.address, agent=visit.agent)
        if shown.came_through_proxy:
            raise ThroughProxy
        caller = await local_caller(connection)
        return caller._replace(address=visit.address, agent=visit.agent)

    async def _by_session(self, token: str, team: str, visit: Visit) -> Caller | None:
        lately = self._recognition.lately("session", token, team, visit)
        return lately or await self._recognition.session(token, team, visit)

    async def _by_token(self, token: str, team: str, visit: Visit) -> Caller:
        lately = self._recognition.lately("bearer", token, team, visit)
        return lately or await self._recognition.bearer(token, team, visit)

    async def _opening(self, scope: Scope, token: _Token, team: str, visit: Visit) -> Caller:
        """A WebSocket's own token; a ticket is redeemed once, and looked after from then on."""
        before: Caller | None = scope.get(CALLER)
        if before is not None and before.by == "ticket":
            return await self._recognition.again(before)
        if token.kind == "ticket" or not _looks_long(token.text):
            return await self._accounts.tickets.redeem(token.text, visit)
        return await self._by_token(token.text, team, visit)


class _Token(NamedTuple):
    kind: Literal["ticket", "token"]
    text: str


def _in_address(scope: Scope) -> _Token | None:
    """What stands after `?ticket=` or `?token=`."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    for kind in ("ticket", "token"):
        for text in query.get(kind, ()):
            return _Token(kind, text)
    return None


def _looks_long(token: str) -> bool:
    """Whether it is a key or a signed token; a ticket has neither prefix nor dots."""
    return token.startswith("luban_") or "." in token


def _shown(scope: Scope) -> _Shown:
    """One pass over the headers: this is done for every request."""
    session = bearer = team = agent = ""
    proxied = scope.get("http_version") == "1.0"  # as nginx asks that was told nothing else
    secure = scope["scheme"] in ("https", "wss")
    for name, value in scope["headers"]:
        if name == b"cookie":
            session = _cookie(value, SECURE_COOKIE if secure else COOKIE) or session
        elif name == b"authorization":
            kind, _, token = value.decode("latin-1").partition(" ")
            bearer = (token.strip() or "-") if kind.lower() == "bearer" else bearer
        elif name == b"user-agent":
            agent = value[:_LONGEST_AGENT].decode("latin-1")
        elif name == b"x-luban-team":
            team = value.decode("latin-1").strip()
        elif name in _PROXY_SIGNS:
            proxied = True
    return _Shown(session, bearer, team, agent, proxied)


def _cookie(header: bytes, name: str) -> str:
    for part in header.decode("latin-1").split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return ""

"""One connection to one server, and the nouns it offers."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

import httpx2

from luban.client.agents import Agents
from luban.client.approvals import Approvals
from luban.client.audit import Audit
from luban.client.blocks import Blocks
from luban.client.credentials import Credentials
from luban.client.files import Files
from luban.client.links import Links
from luban.client.memories import Memories
from luban.client.models import Models
from luban.client.people import People
from luban.client.proposals import Proposals
from luban.client.providers import Providers
from luban.client.runs import Runs
from luban.client.spending import Budgets
from luban.client.stored import Stored
from luban.client.teams import Teams
from luban.client.threads import Threads
from luban.client.tool_servers import ToolServers
from luban.client.transport import Transport
from luban.client.webhooks import Webhooks
from luban.model.views import (
    CapsView,
    ItemsView,
    SettingsView,
    SightingView,
    TemplateView,
)

DEFAULT_URL = "http://127.0.0.1:8123"


class Client:
    """A client of one server; use it with `async with`.

    The address is, in this order, `url`, the variable `LUBAN_SERVER`, or this machine's default.
    `token` is an API key, or else the variable `LUBAN_TOKEN`; empty is none. `transport` replaces
    the network, for tests.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        token: str | None = None,
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = (url or os.environ.get("LUBAN_SERVER") or DEFAULT_URL).rstrip("/")
        token = os.environ.get("LUBAN_TOKEN", "") if token is None else token
        # `trust_env=False`: a proxy for the outside world must not get in between.
        self._http = httpx2.AsyncClient(
            base_url=self.url,
            timeout=timeout,
            transport=transport,
            trust_env=False,
            headers={"authorization": f"Bearer {token}"} if token else None,
        )
        self._transport = Transport(self.url, self._http)
        self.agents = Agents(self._transport)
        self.runs = Runs(self._transport)
        self.approvals = Approvals(self._transport)
        self.audit = Audit(self._transport)
        self.webhooks = Webhooks(self._transport)
        self.tool_servers = ToolServers(self._transport)
        self.blocks = Blocks(self._transport)
        self.credentials = Credentials(self._transport)
        self.files = Files(self._transport)
        self.people = People(self._transport)
        self.teams = Teams(self._transport)
        self.links = Links(self._transport)
        self.proposals = Proposals(self._transport)
        self.providers = Providers(self._transport)
        self.models = Models(self._transport)
        self.budgets = Budgets(self._transport)
        self.stored = Stored(self._transport)
        self.threads = Threads(self._transport)
        self.memories = Memories(self._transport)

    async def templates(self) -> list[TemplateView]:
        return (await self._transport.ask(ItemsView[TemplateView], "GET", "/templates")).items

    async def findings(self) -> list[SightingView]:
        """What the server's watchdogs see."""
        return (await self._transport.ask(ItemsView[SightingView], "GET", "/findings")).items

    async def settings(self) -> SettingsView:
        return await self._transport.ask(SettingsView, "GET", "/settings")

    async def caps(self) -> CapsView:
        return await self._transport.ask(CapsView, "GET", "/caps")

    async def set_caps(
        self, *, weight: float = 1.0, running: int | None = None, queued: int | None = None
    ) -> CapsView:
        """Replaces all three; `None` is no cap."""
        wanted = {"weight": weight, "running": running, "queued": queued}
        return await self._transport.ask(CapsView, "PUT", "/caps", json=wanted)

    async def reset_caps(self) -> CapsView:
        """Back to the settings of the server."""
        return await self._transport.ask(CapsView, "DELETE", "/caps")

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

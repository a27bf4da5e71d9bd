"""One connection to one server, and the nouns it offers."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Self

import httpx2

from luban.client.agents import Agents
from luban.client.blocks import Blocks
from luban.client.files import Files
from luban.client.runs import Runs
from luban.client.transport import Transport
from luban.model.views import ItemsView, ModelView, SettingsView, TemplateView

DEFAULT_URL = "http://127.0.0.1:8123"


class Client:
    """An asynchronous client; use it with `async with`.

    The address is, in this order, `url`, the variable `LUBAN_SERVER`, or this machine's default.
    `transport` replaces the network, for tests.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        timeout: float = 30.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = (url or os.environ.get("LUBAN_SERVER") or DEFAULT_URL).rstrip("/")
        # `trust_env=False`: a proxy for the outside world must not get in between.
        self._http = httpx2.AsyncClient(
            base_url=self.url, timeout=timeout, transport=transport, trust_env=False
        )
        self._transport = Transport(self.url, self._http)
        self.agents = Agents(self._transport)
        self.runs = Runs(self._transport)
        self.blocks = Blocks(self._transport)
        self.files = Files(self._transport)

    async def templates(self) -> list[TemplateView]:
        return (await self._transport.ask(ItemsView[TemplateView], "GET", "/templates")).items

    async def models(self) -> list[ModelView]:
        return (await self._transport.ask(ItemsView[ModelView], "GET", "/models")).items

    async def settings(self) -> SettingsView:
        return await self._transport.ask(SettingsView, "GET", "/settings")

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

"""Shared links, and what is behind them, through the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.client.transport import Transport
from luban.model.sharing_views import (
    CopiedAgentView,
    LinkView,
    NewLinkView,
    Scope,
    Shareable,
    SharedRunView,
    SharedView,
)
from luban.model.views import PageView


class Links:
    """The links of a team; and, by what stands in their address, what they lead to."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(
        self,
        *,
        resource: Shareable | None = None,
        resource_id: str = "",
        page: int = 1,
        page_size: int = 50,
    ) -> PageView[LinkView]:
        params = {
            "resource": resource,
            "resource_id": resource_id,
            "page": page,
            "page_size": page_size,
        }
        return await self._transport.ask(PageView[LinkView], "GET", "/links", params=params)

    async def share(
        self,
        resource: Shareable,
        resource_id: str,
        *,
        scopes: Sequence[Scope] = ("see",),
        expires_at: str | None = None,
    ) -> NewLinkView:
        """The answer has the token, which is told only here."""
        given = {
            "resource": resource,
            "resource_id": resource_id,
            "scopes": list(scopes),
            "expires_at": expires_at,
        }
        return await self._transport.ask(NewLinkView, "POST", "/links", json=given)

    async def end(self, link_id: str) -> None:
        """From now on its address leads nowhere."""
        await self._transport.send("DELETE", f"/links/{link_id}")

    async def look(self, token: str) -> SharedView:
        return await self._transport.ask(SharedView, "GET", f"/shared/{token}")

    async def run(self, token: str, inputs: Mapping[str, Any]) -> SharedRunView:
        """Starts a run of the shared agent."""
        given = {"inputs": dict(inputs)}
        path = f"/shared/{token}/runs"
        return await self._transport.ask(SharedRunView, "POST", path, json=given)

    async def run_of(self, token: str, run_id: str) -> SharedRunView:
        """A run that was started by this link."""
        return await self._transport.ask(SharedRunView, "GET", f"/shared/{token}/runs/{run_id}")

    async def copy(self, token: str) -> CopiedAgentView:
        """Takes the shared agent over into one's own team."""
        return await self._transport.ask(CopiedAgentView, "POST", f"/shared/{token}/copy")

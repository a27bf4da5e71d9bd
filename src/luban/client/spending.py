"""What models took and may take, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from luban.client.transport import Transport
from luban.model.spending_views import BudgetView, EstimateView, UsageReportView
from luban.model.views import ItemsView


class Budgets:
    """The budgets of the team, and the account they are held against."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> ItemsView[BudgetView]:
        return await self._transport.ask(ItemsView[BudgetView], "GET", "/budgets")

    async def set(self, scope: str, **windows: Mapping[str, float | None]) -> BudgetView:
        """Makes or replaces one: `set("user", day={"usd": 5})`, `set("agent:a_…", total=…)`."""
        return await self._transport.ask(BudgetView, "PUT", f"/budgets/{scope}", json=windows)

    async def delete(self, scope: str) -> None:
        await self._transport.send("DELETE", f"/budgets/{scope}")

    async def usage(
        self,
        by: Literal["day", "agent", "model"] = "day",
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> UsageReportView:
        """What models took from one day to another, both included; else the last 30 days."""
        params = {
            "by": by,
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        }
        return await self._transport.ask(UsageReportView, "GET", "/usage", params=params)

    async def estimate(
        self,
        agent_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        version: Literal["draft", "published"] | int = "draft",
    ) -> EstimateView:
        """What a run of an agent would take."""
        wanted = {"inputs": dict(inputs or {}), "version": version}
        return await self._transport.ask(
            EstimateView, "POST", f"/agents/{agent_id}/estimate", json=wanted
        )

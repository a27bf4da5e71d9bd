# Generated from luban/client/spending.py by ./run fix.

"""What models took and may take, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from luban.client.sync.transport import Transport
from luban.model.spending_views import BudgetView, EstimateView, UsageReportView
from luban.model.views import ItemsView


class Budgets:
    """The budgets of the team, and the account they are held against."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> ItemsView[BudgetView]:
        return self._transport.ask(ItemsView[BudgetView], "GET", "/budgets")

    def set(self, scope: str, **windows: Mapping[str, float | None]) -> BudgetView:
        """Makes or replaces one: `set("user", day={"usd": 5})`, `set("agent:a_…", total=…)`."""
        return self._transport.ask(BudgetView, "PUT", f"/budgets/{scope}", json=windows)

    def delete(self, scope: str) -> None:
        self._transport.send("DELETE", f"/budgets/{scope}")

    def usage(
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
        return self._transport.ask(UsageReportView, "GET", "/usage", params=params)

    def estimate(
        self,
        agent_id: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        version: Literal["draft", "published"] | int = "draft",
    ) -> EstimateView:
        """What a run of an agent would take."""
        wanted = {"inputs": dict(inputs or {}), "version": version}
        return self._transport.ask(
            EstimateView, "POST", f"/agents/{agent_id}/estimate", json=wanted
        )

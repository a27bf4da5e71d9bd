"""`/usage`, `/budgets` and `/agents/{id}/estimate`: what models took, may take, and would take."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render_spending import budget_view, estimate_view, report_view
from luban.model.spending import Budget
from luban.model.spending_views import BudgetView, EstimateView, UsageReportView
from luban.model.views import ItemsView, Tree
from luban.services.budgets import By

router = APIRouter(tags=["usage"])
_EPOCH = date(1970, 1, 1)


class WantedEstimate(BaseModel):
    """What the run would be given; `version` is the draft, the published one, or a number."""

    inputs: Tree = Field(default_factory=dict)
    version: Literal["draft", "published"] | Annotated[int, Field(ge=1)] = "draft"


@router.get("/usage", dependencies=[needs("run.read")])
async def get_usage(
    house: TheHouse,
    owner: Owner,
    by: By = "day",
    since: Annotated[date | None, Query(description="30 days ago, if left out.")] = None,
    until: Annotated[date | None, Query(description="Today, if left out.")] = None,
) -> UsageReportView:
    """What models took from one day to another, both included; days are those of UTC."""
    return report_view(await house.budgets.report(owner, by, _day(since), _day(until)), by)


@router.get("/budgets", dependencies=[needs("run.read")])
async def list_budgets(house: TheHouse, owner: Owner) -> ItemsView[BudgetView]:
    return ItemsView(items=[budget_view(each) for each in await house.budgets.list(owner)])


@router.put("/budgets/{scope}", dependencies=[needs("team.manage")])
async def set_budget(house: TheHouse, owner: Owner, scope: str, budget: Budget) -> BudgetView:
    """Makes or replaces one: of all agents together (`user`), or of one (`agent:ID`)."""
    return budget_view(await house.budgets.put(owner, scope, budget))


@router.delete("/budgets/{scope}", dependencies=[needs("team.manage")], status_code=204)
async def delete_budget(house: TheHouse, owner: Owner, scope: str) -> None:
    await house.budgets.delete(owner, scope)


@router.post("/agents/{agent_id}/estimate", dependencies=[needs("agent.read")])
async def estimate_agent(
    house: TheHouse, owner: Owner, agent_id: str, wanted: WantedEstimate | None = None
) -> EstimateView:
    """What a run would take, by what earlier ones took, else by prompts and prices."""
    asked = wanted or WantedEstimate()
    made = await house.estimates.make(owner, agent_id, asked.inputs, asked.version)
    return estimate_view(made)


def _day(day: date | None) -> int | None:
    return None if day is None else (day - _EPOCH).days

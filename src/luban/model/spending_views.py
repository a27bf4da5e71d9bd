"""What travels of money: what models took, budgets, and estimates."""

from __future__ import annotations

from pydantic import Field

from luban.model.graph import SpendLimits
from luban.model.spending import ANY, Window
from luban.model.views import Moment, View


class TakenView(View):
    """Tokens and dollars; `usd` is `null` while no price is known, `unpriced` are calls without."""

    tokens: int
    usd: float | None
    unpriced: int


class BudgetView(View):
    """A budget and what was taken of it; `scope` is `user` or `agent:ID`.

    `taken` is by `day`, `month` and `total`.
    """

    scope: str
    agent_name: str
    run: SpendLimits = ANY
    day: SpendLimits = ANY
    month: SpendLimits = ANY
    total: SpendLimits = ANY
    taken: dict[Window, TakenView]
    updated_at: Moment


class ModelUsageView(View):
    """What one day (`2026-11-21`, UTC), agent or model took; `title` is what people call it."""

    key: str
    title: str
    calls: int
    input_tokens: int
    output_tokens: int
    tokens: int
    usd: float | None
    unpriced: int


class UsageReportView(View):
    """What models took from one day to another, both included."""

    since: str
    until: str
    items: list[ModelUsageView]
    total: ModelUsageView


class LikelyView(View):
    """What half of all runs, and nine out of ten, stay below; `null` is unknown."""

    tokens: int
    tokens_90: int
    usd: float | None
    usd_90: float | None


class NodeEstimateView(View):
    """One node: a firing (`each`) and all of a run; by `history`, or by the size of its prompt."""

    node: str
    basis: str
    model: str
    firings: float
    each: LikelyView
    all: LikelyView


class EstimateView(View):
    """What a run would take; `runs` earlier ones were looked at."""

    runs: int
    nodes: list[NodeEstimateView] = Field(default_factory=list[NodeEstimateView])
    total: LikelyView

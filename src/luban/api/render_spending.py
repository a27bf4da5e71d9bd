"""From what models took, and may take, to the views that travel."""

from __future__ import annotations

from datetime import UTC, datetime

from luban.model.spending import DAY, known_usd
from luban.model.spending_views import (
    BudgetView,
    EstimateView,
    LikelyView,
    ModelUsageView,
    NodeEstimateView,
    TakenView,
    UsageReportView,
)
from luban.model.views import moment
from luban.services.budgets import By, Usage, UsageReport, UsedBudget
from luban.services.estimates import Estimate, Likely


def budget_view(used: UsedBudget) -> BudgetView:
    scope, budget, updated_at = used.stored
    return BudgetView(
        scope=scope,
        agent_name=used.agent_name,
        run=budget.run,
        day=budget.day,
        month=budget.month,
        total=budget.total,
        taken={
            window: TakenView(
                tokens=taken.tokens,
                usd=known_usd(taken.usd, taken.unpriced),
                unpriced=taken.unpriced,
            )
            for window, taken in used.taken.items()
        },
        updated_at=moment(updated_at),
    )


def report_view(report: UsageReport, by: By) -> UsageReportView:
    rows = [_usage_view(row) for row in report.rows]
    if by == "day":
        rows = [row.model_copy(update={"key": _date(row.key), "title": ""}) for row in rows]
    return UsageReportView(
        since=_date(report.first),
        until=_date(report.last),
        items=rows,
        total=_usage_view(report.total),
    )


def estimate_view(made: Estimate) -> EstimateView:
    return EstimateView(
        runs=made.runs,
        nodes=[
            NodeEstimateView(
                node=each.node,
                basis=each.basis,
                model=each.model,
                firings=each.firings,
                each=_likely_view(each.each),
                all=_likely_view(each.all),
            )
            for each in made.nodes
        ],
        total=_likely_view(made.total),
    )


def _usage_view(usage: Usage) -> ModelUsageView:
    return ModelUsageView(**usage._asdict(), tokens=usage.input_tokens + usage.output_tokens)


def _likely_view(likely: Likely) -> LikelyView:
    return LikelyView(**likely._asdict())


def _date(day: int | str) -> str:
    return datetime.fromtimestamp(int(day) * DAY, UTC).date().isoformat()

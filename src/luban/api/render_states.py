"""From what is known of a run across time to the views that travel."""

from __future__ import annotations

from dataclasses import asdict

from luban.api.render import run_view, step_view
from luban.engine.comparison import StepDifference
from luban.engine.state_view import RunState
from luban.model.state_views import (
    ComparisonView,
    HeldValuesView,
    NodeStateView,
    RunStateView,
    SpentView,
    StepDifferenceView,
)
from luban.model.views import moment
from luban.services.run_states import Compared


def state_view(state: RunState) -> RunStateView:
    return RunStateView(
        events=state.events,
        at=None if state.at is None else moment(state.at),
        status=state.status,
        outputs=state.outputs,
        nodes=[NodeStateView(**asdict(each)) for each in state.nodes],
        held=[HeldValuesView(**asdict(each)) for each in state.held],
        waiting_for=state.waiting_for,
        steps=state.steps,
        last_steps=[step_view(each) for each in state.last_steps],
        spent=SpentView(**asdict(state.spent)),
    )


def comparison_view(compared: Compared) -> ComparisonView:
    return ComparisonView(
        first=run_view(compared.first),
        second=run_view(compared.second),
        same=compared.comparison.same,
        steps=[_difference_view(each) for each in compared.comparison.steps],
    )


def _difference_view(each: StepDifference) -> StepDifferenceView:
    return StepDifferenceView(
        node=each.node,
        iteration=each.iteration,
        differs=list(each.differs),
        first=None if each.first is None else step_view(each.first),
        second=None if each.second is None else step_view(each.second),
    )

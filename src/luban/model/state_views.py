"""The shapes in which runs are looked at across time, as they travel over HTTP."""

from __future__ import annotations

from typing import Any

from luban.model.run import RunStatus, Wait
from luban.model.views import Moment, RunView, StepView, Tree, View


class NodeStateView(View):
    """A node (`each/add` inside a body), and how many of its steps stood how.

    `status` is one of `idle running waiting completed failed cancelled skipped`.
    """

    node: str
    status: str
    running: int
    waiting: int
    completed: int
    failed: int
    cancelled: int


class HeldValuesView(View):
    """Values on a pin that no step has taken: how many, the first of them, and the kept one."""

    node: str
    pin: str
    count: int
    values: list[Any]
    kept: bool
    kept_value: Any
    closed: bool


class SpentView(View):
    """What a run had taken, and its limits by name."""

    steps: int
    tokens: int
    usd: float | None
    unpriced: int = 0
    seconds: float
    limits: dict[str, float]


class RunStateView(View):
    """A run as it stood after the first `events` of its events, the last of them at `at`.

    `steps` is how many there were; `last_steps` are the latest of them.
    """

    events: int
    at: Moment | None
    status: RunStatus
    outputs: Tree
    nodes: list[NodeStateView]
    held: list[HeldValuesView]
    waiting_for: list[Wait]
    steps: int
    last_steps: list[StepView]
    spent: SpentView


class StepDifferenceView(View):
    """A step that is not the same in two runs.

    `differs` names what: `only_first only_second block status inputs outputs error`.
    """

    node: str
    iteration: int
    differs: list[str]
    first: StepView | None
    second: StepView | None


class ComparisonView(View):
    """Two runs, the steps in which they differ, and how many are the same."""

    first: RunView
    second: RunView
    same: int
    steps: list[StepDifferenceView]

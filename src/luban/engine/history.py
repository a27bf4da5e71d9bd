"""What happened in a run, step by step: inputs, attempts, outputs, read back from its journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from luban.engine.inputs import Lacking
from luban.engine.plan import NodePlan, Plan, UnknownBlock, compile_plan
from luban.engine.planner import Planner
from luban.engine.state import Firing, Frame
from luban.model.events import (
    AttemptFailed,
    Event,
    RunEnded,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from luban.model.graph import Graph
from luban.sdk.code import BlockSource

StepStatus = Literal["running", "completed", "failed", "cancelled"]


@dataclass(slots=True)
class AttemptRecord:
    """One attempt that has ended."""

    number: int
    status: Literal["completed", "failed"]
    started_at: float
    duration: float
    error: dict[str, Any] | None = None


@dataclass(slots=True)
class StepRecord:
    """One step; `inputs` are the values it took before conversion, `outputs` what it sent."""

    node: str
    iteration: int
    block: str | None
    inputs: dict[str, Any]
    status: StepStatus = "running"
    attempts: list[AttemptRecord] = field(default_factory=list[AttemptRecord])
    outputs: list[tuple[str, Any]] = field(default_factory=list["tuple[str, Any]"])
    started_at: float | None = None
    duration: float | None = None
    error: dict[str, Any] | None = None


def steps(
    graph: Graph, blocks: BlockSource, inputs: dict[str, Any], events: Iterable[Event]
) -> list[StepRecord]:
    """The steps of a run in the order they were decided.

    When a block of the graph is no longer installed, the steps still tell what they sent, but
    not what they took: that follows from the graph.
    """
    record = _Record()
    try:
        planner = _Observed(compile_plan(graph, blocks), inputs, record)
    except UnknownBlock:
        planner = None
    if planner is not None:
        planner.start()
    for event in events:
        record.note(event)
        if planner is not None:
            planner.apply(event)
    return list(record.steps.values())


class _Record:
    """The steps seen so far, by path and iteration."""

    def __init__(self) -> None:
        self.steps: dict[tuple[str, int], StepRecord] = {}

    def open(self, node: str, iteration: int, block: str | None, inputs: dict[str, Any]) -> None:
        known = {k: None if isinstance(v, Lacking) else v for k, v in inputs.items()}
        self.steps[node, iteration] = StepRecord(node, iteration, block, known)

    def step(self, node: str, iteration: int) -> StepRecord:
        if (node, iteration) not in self.steps:
            self.open(node, iteration, None, {})
        return self.steps[node, iteration]

    def note(self, event: Event) -> None:
        match event:
            case StepStarted():
                self.step(event.node, event.iteration).started_at = event.at
            case StepEmitted():
                self.step(event.node, event.iteration).outputs.append((event.pin, event.value))
            case StepFinished():
                step = self.step(event.node, event.iteration)
                step.outputs.extend((pin, value) for pin, value in event.emissions)
                _close(step, "completed", event.attempt, event.started_at, event.duration, None)
            case StepFailed():
                step = self.step(event.node, event.iteration)
                step.error = event.error
                _close(step, "failed", event.attempt, event.started_at, event.duration, event.error)
            case AttemptFailed():
                step = self.step(event.node, event.iteration)
                step.started_at = step.started_at or event.started_at
                step.attempts.append(
                    AttemptRecord(
                        event.attempt, "failed", event.started_at, event.duration, event.error
                    )
                )
            case RunEnded():
                for step in self.steps.values():
                    step.status = "cancelled" if step.status == "running" else step.status
            case _:
                pass


def _close(
    step: StepRecord,
    status: Literal["completed", "failed"],
    attempt: int,
    started_at: float,
    duration: float,
    error: dict[str, Any] | None,
) -> None:
    step.status = status
    step.attempts.append(AttemptRecord(attempt, status, started_at, duration, error))
    first = step.attempts[0].started_at
    step.started_at = first
    step.duration = started_at + duration - first


class _Observed(Planner):
    """A planner that tells which steps it decided, those of nodes with a body included."""

    def __init__(self, plan: Plan, inputs: dict[str, Any], record: _Record) -> None:
        super().__init__(plan, inputs)
        self._seen = record

    def fire(self, frame: Frame, node: NodePlan, inputs: dict[str, Any], out: list[Firing]) -> None:
        iteration = frame.fired[node.index]
        self._seen.open(frame.path + node.id, iteration, node.node.block, inputs)
        super().fire(frame, node, inputs, out)

    def complete(self, firing: Firing, emissions: list[Any], out: list[Firing]) -> None:
        step = self._seen.step(firing.path, firing.iteration)
        step.status = "completed"
        step.outputs.extend((pin, value) for pin, value in emissions)
        super().complete(firing, emissions, out)

    def fail(self, firing: Firing, error: dict[str, Any]) -> list[Firing]:
        step = self._seen.step(firing.path, firing.iteration)
        step.status, step.error = "failed", error
        return super().fail(firing, error)

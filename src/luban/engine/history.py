"""What happened in a run, step by step: inputs, attempts, outputs, read back from its journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from luban.engine.children import Child, StepKey, child_path
from luban.engine.inputs import Lacking
from luban.engine.metering import with_call
from luban.engine.pinning import as_begun
from luban.engine.plan import NodePlan, Plan, UnknownBlock, compile_plan
from luban.engine.planner import Planner
from luban.engine.state import Firing, Frame
from luban.engine.step_paths import bare, parent_step
from luban.engine.waits import wait_of
from luban.model.events import (
    AttemptFailed,
    ChildFailed,
    ChildFinished,
    ChildStarted,
    Event,
    ModelUsed,
    RunEnded,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)
from luban.model.graph import Graph
from luban.model.run import Wait, WaitKind
from luban.sdk.code import BlockSource

StepStatus = Literal["running", "waiting", "completed", "failed", "cancelled"]
_OPEN = frozenset({"running", "waiting"})


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
    """One step; `inputs` are the values it took before conversion, `outputs` what it sent.

    What a step asked for by a durable verb is a step of its own, with a `parent`, the `verb` and
    the `name` it was asked for by; what it gave is on the pin `result`, or on a block's own pins.
    """

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
    parent: StepKey | None = None
    verb: str | None = None
    name: str = ""
    usage: dict[str, Any] | None = None
    waiting_for: list[Wait] = field(default_factory=list[Wait])


def steps(
    graph: Graph,
    blocks: BlockSource,
    inputs: dict[str, Any],
    events: Iterable[Event],
    now: float | None = None,
) -> list[StepRecord]:
    """The steps of a run in the order they were decided.

    When a block of the graph is no longer installed, the steps still tell what they sent, but
    not what they took: that follows from the graph. With `now`, a step whose next attempt is
    still to come is told to wait for it.
    """
    events = list(events)
    history = History(graph, as_begun(blocks, events), inputs)
    for event in events:
        history.take(event)
    return history.steps(now)


class History:
    """A run read back as far as its events were taken; `planner` is `None` if a block is gone."""

    def __init__(self, graph: Graph, blocks: BlockSource, inputs: dict[str, Any]) -> None:
        self._record = _Record()
        self.planner: ObservedPlanner | None = None
        try:
            self.planner = ObservedPlanner(compile_plan(graph, blocks), inputs, self._record)
        except UnknownBlock:
            return
        self._record.tools = dict(_blocks_of_tools(self.planner.plan))
        self.planner.start()

    def take(self, event: Event) -> None:
        self._record.note(event)
        if self.planner is not None:
            self.planner.apply(event)

    def steps(self, now: float | None = None) -> list[StepRecord]:
        """The steps so far. What is waited for is added to them, so this is asked once."""
        self._record.tell_waits(now)
        return list(self._record.steps.values())


class _Record:
    """The steps seen so far, by path and iteration."""

    def __init__(self) -> None:
        self.steps: dict[StepKey, StepRecord] = {}
        self.tools: dict[str, str] = {}
        """The blocks of nodes that are used as tools, by path without rounds."""
        self._retry_at: dict[StepKey, float] = {}
        self._waits: dict[StepKey, Wait] = {}
        """Of children that were begun and have not ended."""

    def open(self, node: str, iteration: int, block: str | None, inputs: dict[str, Any]) -> None:
        known = {k: None if isinstance(v, Lacking) else v for k, v in inputs.items()}
        self.steps[node, iteration] = StepRecord(node, iteration, block, known)

    def step(self, node: str, iteration: int) -> StepRecord:
        found = self.steps.get((node, iteration))
        if found is None:
            parent = parent_step(node)
            if parent is not None:
                self.step(*parent)
            self.open(node, iteration, None, {})
            found = self.steps[node, iteration]
            found.parent = parent
        return found

    def note(self, event: Event) -> None:
        match event:
            case StepStarted():
                step = self.step(event.node, event.iteration)
                step.started_at = step.started_at or event.at
            case StepEmitted():
                self.step(event.node, event.iteration).outputs.append((event.pin, event.value))
            case StepFinished():
                step = self.step(event.node, event.iteration)
                step.outputs.extend((pin, value) for pin, value in event.emissions)
                step.usage = _final(step.usage, event.usage)
                _close(step, "completed", event.attempt, event.started_at, event.duration, None)
            case StepFailed():
                step = self.step(event.node, event.iteration)
                step.usage = _final(step.usage, event.usage)
                _close(step, "failed", event.attempt, event.started_at, event.duration, event.error)
            case AttemptFailed():
                self._attempt_failed(event)
            case ChildStarted():
                self._child_started(event)
            case ChildFinished() | ChildFailed():
                self._child_ended(event)
            case ModelUsed():
                if not event.key:
                    step = self.step(event.node, event.iteration)
                    step.usage = with_call(step.usage, event)
            case RunEnded():
                for key in list(self.steps):
                    self.cancel(key)
            case _:
                pass

    def _attempt_failed(self, event: AttemptFailed) -> None:
        step = self.step(event.node, event.iteration)
        step.started_at = step.started_at or event.started_at
        step.attempts.append(
            AttemptRecord(event.attempt, "failed", event.started_at, event.duration, event.error)
        )
        ended_at = event.started_at + event.duration
        self._retry_at[event.node, event.iteration] = ended_at + event.retry_in

    def _child_started(self, event: ChildStarted) -> None:
        step = (event.node, event.iteration)
        path = child_path(step, event.key)
        found = self._child(path, event.verb, event.name)
        found.started_at, found.status, found.error = event.at, "waiting", None
        if not found.inputs:
            given = event.data.get("inputs") if event.verb == "run_agent" else event.data
            found.inputs = dict(given or {})
        child = Child(event.verb, event.name, event.at, event.data)
        self._waits[path, 0] = wait_of(step, event.key, child)

    def _child_ended(self, event: ChildFinished | ChildFailed) -> None:
        path = child_path((event.node, event.iteration), event.key)
        found = self._child(path, event.verb, event.name)
        found.inputs = found.inputs if event.inputs is None else event.inputs
        found.usage, number = event.usage, len(found.attempts) + 1
        self._waits.pop((path, 0), None)
        if isinstance(event, ChildFinished):
            found.outputs = _sent(event.verb, event.result)
            _close(found, "completed", number, event.started_at, event.duration, None)
        else:
            _close(found, "failed", number, event.started_at, event.duration, event.error)

    def _child(self, path: str, verb: str, name: str) -> StepRecord:
        found = self.step(path, 0)
        found.verb, found.name = verb, name
        found.block = name if verb == "call" else None
        if verb == "use":
            found.block = self.tools.get(bare(name))
        return found

    def cancel(self, key: StepKey) -> None:
        """A step, and what it asked for, is over without an end of its own."""
        step = self.steps.get(key)
        if step is not None and step.status in _OPEN:
            step.status = "cancelled"
            self._waits.pop(key, None)

    def cancel_all(self, key: StepKey) -> None:
        """As `cancel`, with everything the step had asked for."""
        self.cancel(key)
        path = child_path(key, "")
        for child in list(self._waits):
            if child[0].startswith(path):
                self.cancel(child)

    def tell_waits(self, now: float | None) -> None:
        """Adds to each step what it waits for, itself or by what it asked for."""
        for key, wait in self._waits.items():
            child: StepKey | None = key
            while child is not None and (step := self.steps.get(child)) is not None:
                if step.status in _OPEN:
                    step.status = "waiting"
                    step.waiting_for.append(wait)
                child = parent_step(child[0])
        for key, retry_at in self._retry_at.items():
            step = self.steps[key]
            if now is not None and retry_at > now and step.status in _OPEN:
                step.status = "waiting"
                step.waiting_for.append(_retry(step, retry_at))


def _blocks_of_tools(plan: Plan, above: str = "") -> Iterator[tuple[str, str]]:
    for tool in plan.tools:
        yield above + tool.id, tool.node.block or ""
    for node in plan.nodes:
        if node.body is not None:
            yield from _blocks_of_tools(node.body.plan, f"{above}{node.id}/")


def _retry(step: StepRecord, at: float) -> Wait:
    last = step.attempts[-1]
    return Wait(
        kind=WaitKind.RETRY,
        node=step.node,
        iteration=step.iteration,
        since=last.started_at + last.duration,
        until=at,
        details={"attempt": last.number + 1, "error": last.error},
    )


def _sent(verb: str, result: Any) -> list[tuple[str, Any]]:
    if verb in ("call", "use", "run_agent") and isinstance(result, dict):
        return list(cast("dict[str, Any]", result).items())
    return [] if result is None else [("result", result)]


def _final(told: dict[str, Any] | None, usage: dict[str, Any] | None) -> dict[str, Any] | None:
    """What all attempts took, call by call; older journals only tell it at the end."""
    return told if usage is None or (told and "calls" in usage) else usage


def _close(
    step: StepRecord,
    status: Literal["completed", "failed"],
    attempt: int,
    started_at: float,
    duration: float,
    error: dict[str, Any] | None,
) -> None:
    step.status, step.error = status, error
    step.attempts.append(AttemptRecord(attempt, status, started_at, duration, error))
    first = step.attempts[0].started_at
    step.started_at = first
    step.duration = started_at + duration - first


class ObservedPlanner(Planner):
    """A planner that tells which steps it decided, those of nodes with a body included.

    `frames` are the instances of graphs that were entered, in that order.
    """

    def __init__(self, plan: Plan, inputs: dict[str, Any], record: _Record) -> None:
        super().__init__(plan, inputs)
        self._seen = record
        self.frames: list[Frame] = []

    def enter(self, frame: Frame, out: list[Firing]) -> None:
        self.frames.append(frame)
        super().enter(frame, out)

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

    def give_up(self, keys: list[StepKey]) -> None:
        for key in keys:
            self._seen.cancel_all(key)
        super().give_up(keys)

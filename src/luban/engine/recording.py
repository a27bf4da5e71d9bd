"""What a run recorded of each step: what it took, what it told, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from luban.engine.children import Children, StepKey, child_path
from luban.engine.plan import NodePlan, Plan
from luban.engine.planner import Planner
from luban.engine.state import Firing, Frame
from luban.engine.step_paths import is_below, top_step
from luban.model.events import (
    AttemptFailed,
    ChildFailed,
    ChildFinished,
    ChildStarted,
    Event,
    RunResumed,
    RunStarted,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
)

StepEvent = (
    StepStarted
    | StepEmitted
    | StepFinished
    | StepFailed
    | AttemptFailed
    | ChildStarted
    | ChildFinished
    | ChildFailed
)
_STEP_EVENTS = frozenset(
    {
        StepStarted,
        StepEmitted,
        StepFinished,
        StepFailed,
        AttemptFailed,
        ChildStarted,
        ChildFinished,
        ChildFailed,
    }
)
_GOES_ON = frozenset({"sleep", "wait_for"})
"""What may still be waited for in another run; the rest is asked anew, under that run's name."""


class Told(NamedTuple):
    """An event of a step, and its place among those of the run."""

    place: int
    event: StepEvent


@dataclass(slots=True)
class RecordedStep:
    """`settled` says that it ended in a way the graph went on from: done, or on an error pin."""

    block: str | None
    version: int | None
    inputs: dict[str, Any]
    told: list[Told] = field(default_factory=list[Told])
    settled: bool = False

    def whole(self) -> list[Told]:
        """All it told, without what it still waited for at its end."""
        ended = {_child(each) for each in self.told if _is_end(each.event)}
        return [
            each
            for each in self.told
            if not isinstance(each.event, ChildStarted) or _child(each) in ended
        ]

    def unfinished(self, key: StepKey, before: int | None = None) -> list[Told]:
        """What another attempt may build on: sent values, and children but the one that failed.

        Earlier attempts do not count, and what began and must not happen twice stays begun.
        `before` leaves out what was told from that place on.
        """
        told = [each for each in self.told if before is None or each.place < before]
        return _Kept(key, told).told()


class Recording:
    """A run's steps, in the order they were decided, and what its owner allowed it."""

    def __init__(self, plan: Plan, inputs: dict[str, Any], events: Sequence[Event]) -> None:
        self.steps: dict[StepKey, RecordedStep] = {}
        self.raised: dict[str, float] = {}
        versions = next((e.blocks for e in events if isinstance(e, RunStarted)), None)
        watching = _Watching(plan, inputs, self.steps, versions or plan.versions)
        watching.start()
        for place, event in enumerate(events):
            if type(event) in _STEP_EVENTS:
                self._note(watching, Told(place, event))  # pyright: ignore[reportArgumentType]
            elif isinstance(event, RunResumed):
                self.raised |= event.limits
            watching.apply(event)

    def _note(self, watching: _Watching, told: Told) -> None:
        event = told.event
        key = top_step(event.node, event.iteration)
        step = self.steps.get(key)
        firing = watching.pending.get(key)
        if step is None or firing is None:  # its body failed before
            return
        step.told.append(told)
        if isinstance(event, StepFinished):
            step.settled = True
        elif isinstance(event, StepFailed):
            step.settled = is_handled(firing)


class _Watching(Planner):
    """A planner that tells which steps it decided."""

    def __init__(
        self,
        plan: Plan,
        inputs: dict[str, Any],
        steps: dict[StepKey, RecordedStep],
        versions: dict[str, int],
    ) -> None:
        super().__init__(plan, inputs)
        self._steps = steps
        self._versions = versions

    def fire(self, frame: Frame, node: NodePlan, inputs: dict[str, Any], out: list[Firing]) -> None:
        if node.body is None:
            key = (frame.path + node.id, frame.fired[node.index])
            block = block_of(node)
            self._steps[key] = RecordedStep(block, self._versions.get(block or ""), inputs)
        super().fire(frame, node, inputs, out)


def block_of(node: NodePlan) -> str | None:
    """The id of a node's block, whatever name the graph has for it."""
    return None if node.code is None else node.code.spec.id


def is_handled(firing: Firing) -> bool:
    """Whether a failure of the step has an error pin to go to: its own, or that of a body."""
    while "error" not in firing.node.wires:
        repeat = firing.frame.repeat
        if repeat is None:
            return False
        firing = repeat.firing
    return True


class _Kept:
    """The part of an unfinished step's record that still counts, found by folding it."""

    def __init__(self, key: StepKey, told: list[Told]) -> None:
        self._key = key
        self._told = told
        self._children = Children()
        self._begun: dict[tuple[StepKey, str], int] = {}
        self._ended: dict[tuple[StepKey, str], int] = {}
        self._over: dict[StepKey, int] = {}
        """Where steps ended last, those of children included."""
        for each in told:
            self._fold(each)

    def _fold(self, told: Told) -> None:
        place, event = told
        step = (event.node, event.iteration)
        match event:
            case ChildStarted():
                self._children.started(event)
                self._begun[step, event.key] = place
            case ChildFinished() | ChildFailed():
                self._children.ended(event)
                self._ended[step, event.key] = place
                self._over[child_path(step, event.key), 0] = place
            case AttemptFailed():
                self._children.drop_cause(step, event.error)
            case StepFailed():
                self._children.drop_cause(step, event.error)
                self._over[step] = place
            case StepFinished():
                self._over[step] = place
            case _:
                pass

    def told(self) -> list[Told]:
        places: set[int] = set()
        done: list[str] = []
        steps = dict.fromkeys((each.event.node, each.event.iteration) for each in self._told)
        for step in steps:
            for key, child in self._children.of(step).items():
                if child.verb == "decide" and self._ended.get((step, key), 0) < self._over.get(
                    step, -1
                ):
                    continue  # what was in doubt was over then
                if child.done:
                    places.add(self._ended[step, key])
                    done.append(child_path(step, key))
                elif child.verb in _GOES_ON:
                    places.add(self._begun[step, key])
        return [each for each in self._told if each.place in places or self._counts(each, done)]

    def _counts(self, told: Told, done: list[str]) -> bool:
        place, event = told
        if isinstance(event, StepEmitted):
            return True
        if isinstance(event, StepStarted) and place > self._over.get(
            (event.node, event.iteration), -1
        ):
            return True
        return any(event.node == path or is_below(event.node, path) for path in done)


def _child(told: Told) -> tuple[str, int, str]:
    event = told.event
    return event.node, event.iteration, getattr(event, "key", "")


def _is_end(event: StepEvent) -> bool:
    return isinstance(event, (ChildFinished, ChildFailed))

"""What a new run begins with when it takes over the recorded results of another. Pure.

Two folds side by side: the recorded run as it was, and the new one, of the same graph or an edited
one. An event is taken over when the new run has decided the same step, on the same inputs.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from luban.engine import bodies
from luban.engine.children import StepKey, child_path
from luban.engine.inputs import Lacking
from luban.engine.plan import NodePlan, Plan
from luban.engine.planner import Planner
from luban.engine.recording import RecordedStep, Recording, StepEvent, Told, block_of, is_handled
from luban.engine.state import Firing, Frame, Repeat
from luban.engine.step_paths import covers, is_below
from luban.model.events import (
    ChildFailed,
    ChildFinished,
    Event,
    RunResumed,
    RunStarted,
    StepFailed,
    StepFinished,
)
from luban.model.values import canonical


@dataclass(frozen=True, slots=True)
class Again:
    """What is to be done again, whatever was recorded.

    `paths` name nodes, rounds, or children (`each`, `each/add`, `each[2]`, `each[2]/add`,
    `agent:3`): of a child's step, what came before the child is kept. A node that is a tool stands
    for the children in which it was used. `steps` are single firings; one of a node with a body
    means all steps inside.
    """

    paths: frozenset[str] = frozenset()
    steps: frozenset[StepKey] = frozenset()

    def has(self, step: StepKey) -> bool:
        """Whether nothing that was recorded of the step may be used."""
        path, _ = step
        return (
            step in self.steps
            or any(covers(each, path) for each in self.paths if ":" not in each)
            or any(path.startswith(_rounds(each)) for each in self.steps)
        )

    def cut(self, recorded: RecordedStep) -> int | None:
        """The place of the first event of a child that is to be done again."""
        children = [*(each for each in self.paths if ":" in each), *self._uses(recorded)]
        if not children:
            return None
        for place, event in recorded.told:
            paths = [event.node]
            if (key := getattr(event, "key", None)) is not None:
                paths.append(child_path((event.node, event.iteration), key))
            if any(path == child or is_below(path, child) for path in paths for child in children):
                return place
        return None

    def _uses(self, recorded: RecordedStep) -> list[str]:
        """The children in which the step used a node as a tool that is to be done again."""
        return [
            child_path((event.node, event.iteration), event.key)
            for _, event in recorded.told
            if isinstance(event, (ChildFinished, ChildFailed))
            and event.verb == "use"
            and any(covers(each, event.name) for each in self.paths)
        ]


class Fork(NamedTuple):
    """The journal a new run begins with, empty if nothing is taken over; `kept` steps are done."""

    events: list[Event]
    kept: int


def fork(source: Recording, plan: Plan, inputs: dict[str, Any], again: Again, at: float) -> Fork:
    """The events a new run begins with, `at` being its beginning.

    A step is kept when it ended well, or failed and an error pin took it; what was cut off or
    failed for good is made again on what it had come to. A body whose own rules were broken, as by
    too many rounds, is made again as a whole.
    """
    while True:
        copying = _Copying(source, plan, inputs, again, at, _rounds_of(source, again))
        copying.run()
        if copying.broken is None:
            events = copying.events if copying.kept or len(copying.events) > 1 else []
            return Fork(events, copying.kept)
        again = Again(again.paths, again.steps | {copying.broken})


class _Copying(Planner):
    """The new run's planner, fed with what of the old run still holds.

    `broken` is the first body that failed by itself on what was taken over, and could do better.
    """

    def __init__(
        self,
        source: Recording,
        plan: Plan,
        inputs: dict[str, Any],
        again: Again,
        at: float,
        later: dict[str, str],
    ) -> None:
        super().__init__(plan, inputs)
        self._later = dict(later)
        self._inside = _by_place(later)
        self._undone: set[str] = set()
        self.events: list[Event] = []
        self.kept = 0
        self.broken: StepKey | None = None
        self._source = source
        self._again = again
        self._at = at
        self._decided: list[Firing] = []
        self._next: list[tuple[int, StepKey]] = []
        self._told: dict[StepKey, list[Told]] = {}
        """What each step will take over, the last event first."""
        self._failing = False
        self._held: set[StepKey] = set()

    def run(self) -> None:
        self.start()
        self._take_over(RunStarted(self._at, self.plan.versions))
        limits = self.ceilings.limits.model_dump(exclude_none=True)
        raised = {name: to for name, to in self._source.raised.items() if to > limits.get(name, to)}
        if raised:
            self._take_over(RunResumed(raised, self._at))
        self._consider()
        while self._next or self._open_one():
            _, key = heapq.heappop(self._next)
            told = self._told[key]
            if key not in self.pending or self._is_withheld(key):
                continue
            event = told.pop().event
            if told:
                heapq.heappush(self._next, (told[-1].place, key))
            self._take_over(_own(event))
            self.kept += isinstance(event, (StepFinished, StepFailed))
            self._consider()

    def fire(self, frame: Frame, node: NodePlan, inputs: dict[str, Any], out: list[Firing]) -> None:
        if frame.path:
            self._later.pop(frame.path[:-1], None)
        if node.body is None:
            path, iteration = frame.path + node.id, frame.fired[node.index]
            self._decided.append(Firing(frame, node, path, iteration, inputs))
        super().fire(frame, node, inputs, out)

    def fail(self, firing: Firing, error: dict[str, Any]) -> list[Firing]:
        key = (firing.path, firing.iteration)
        outermost, self._failing = not self._failing, True
        if outermost and firing.node.body is not None and not is_handled(firing):
            found = key not in self._again.steps and self._has_inside(key)
            self.broken = self.broken or (key if found else None)
        out = super().fail(firing, error)
        self._failing = not outermost
        return out

    def _take_over(self, event: Event) -> None:
        self.events.append(event)
        self.apply(event)

    def _consider(self) -> None:
        """Finds out what the steps decided meanwhile can take over."""
        for firing in self._decided:
            key = (firing.path, firing.iteration)
            recorded = self._source.steps.get(key)
            if recorded is None or not self._is_same(firing, recorded):
                continue
            told = self._usable(firing, recorded)
            if told:
                told.reverse()
                self._told[key] = told
                heapq.heappush(self._next, (told[-1].place, key))
        self._decided.clear()

    def _open_one(self) -> bool:
        """Opens a round of a map before its turn, if all of it can be taken over.

        Whoever reads the new journal opens it by its first event, as here. Other rounds wait for
        their turn: no more of them may be under way than the map allows.
        """
        for path in list(self._later.values()):
            found = None if self.finished else bodies.closed_round(self, path)
            if found is None or not self._is_done(*found):
                continue
            out: list[Firing] = []
            bodies.open_ahead(self, path, out)
            self._granted(out)
            self._consider()
            if self._next:
                return True
        return False

    def _is_done(self, repeat: Repeat, place: int) -> bool:
        """Whether all that a round does can be taken over: it is tried, apart from the rest."""
        firing, body = repeat.firing, repeat.firing.node.body
        assert body is not None
        path = bodies.round_path((firing.path, firing.iteration), place)
        if path not in self._undone:
            given = bodies.map_inputs(repeat, place)
            inside = {p: step for p, step in self._inside.get(path, {}).items() if p != path}
            alone = _Copying(self._source, body.plan, given, self._again, self._at, inside)
            alone.root.path = f"{path}/"
            alone.run()
            if alone.finished and not alone.failed:
                return True
            self._undone.add(path)
        return False

    def _usable(self, firing: Firing, recorded: RecordedStep) -> list[Told]:
        key = (firing.path, firing.iteration)
        if self._again.has(key):
            return []
        cut = self._again.cut(recorded)
        if cut is not None:
            return recorded.unfinished(key, cut)
        failed = bool(recorded.told) and isinstance(recorded.told[-1].event, StepFailed)
        if recorded.settled and (not failed or is_handled(firing)):
            return recorded.whole()
        return recorded.unfinished(key)

    def _is_same(self, firing: Firing, recorded: RecordedStep) -> bool:
        block = block_of(firing.node)
        if block != recorded.block or self.plan.versions.get(block or "") != recorded.version:
            return False
        now, then = firing.inputs, recorded.inputs
        return now.keys() == then.keys() and all(_same(now[pin], then[pin]) for pin in now)

    def _is_withheld(self, key: StepKey) -> bool:
        if len(self._held) != len(self.withheld):
            self._held = {(firing.path, firing.iteration) for firing in self.withheld}
        return key in self._held

    def _has_inside(self, key: StepKey) -> bool:
        """Whether steps in the rounds of a body were taken over."""
        return any(path.startswith(_rounds(key)) for path, _ in self._told)


def _rounds_of(source: Recording, again: Again) -> dict[str, str]:
    """The rounds of bodies that something can be taken over from, each with one of its steps."""
    found: dict[str, str] = {}
    for key, step in source.steps.items():
        place = key[0].rpartition("/")[0]
        if place and place not in found and step.told and not again.has(key):
            found[place] = key[0]
    return found


def _by_place(rounds: dict[str, str]) -> dict[str, dict[str, str]]:
    """For each round, itself and those in it, as far as they are among these."""
    found: dict[str, dict[str, str]] = {}
    for place, step in rounds.items():
        parts = place.split("/")
        for depth in range(1, len(parts) + 1):
            found.setdefault("/".join(parts[:depth]), {})[place] = step
    return found


def _rounds(step: StepKey) -> str:
    path, iteration = step
    return f"{path}@{iteration}[" if iteration else f"{path}["


def _own(event: StepEvent) -> Event:
    """An event as the new run's own: it spent nothing on it, and got no signal for it."""
    if isinstance(event, (ChildFinished, ChildFailed)):
        return event._replace(usage=None, signal=None)
    if isinstance(event, (StepFinished, StepFailed)):
        return event._replace(usage=None)
    return event


def _same(now: Any, then: Any) -> bool:
    """Whether two values are the same JSON; a path that found nothing is the error it gives."""
    if now is then:
        return True
    if isinstance(now, Lacking) and isinstance(then, Lacking):
        return now.error.as_json() == then.error.as_json()
    if isinstance(now, Lacking) or isinstance(then, Lacking):
        return False
    return canonical(now) == canonical(then)


def failed_steps(source: Recording) -> Iterable[StepKey]:
    """The steps that failed for good, and nobody took their error."""
    for key, step in source.steps.items():
        if step.told and isinstance(step.told[-1].event, StepFailed) and not step.settled:
            yield key

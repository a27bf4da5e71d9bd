"""Runs played by hand, and forks of them played on."""

from __future__ import annotations

import random
from typing import Any, NamedTuple, TypeVar

from luban.engine.fork import Again, fork
from luban.engine.plan import Plan
from luban.engine.planner import Planner
from luban.engine.recording import Recording
from luban.model.events import Event, RunStarted, StepFailed, StepFinished
from tests.engine.kit import Play

Case = tuple[Plan, dict[str, Any]]


Played = TypeVar("Played", bound=Play)


class Forked(NamedTuple):
    """The events a new run begins with, and the state they are folded to."""

    events: list[Event]
    planner: Planner


def input_(name: str, **more: Any) -> dict[str, Any]:
    return {"block": "given", "with": {"name": name, **more}}


def result(name: str = "out") -> dict[str, Any]:
    return {"block": "result", "with": {"name": name}}


def forked(
    play: Play, again: Again | None = None, plan: Plan | None = None, inputs: Any = None
) -> Forked:
    source = Recording(play.plan, play.inputs, [RunStarted(1.0), *play.events])
    plan, inputs = plan or play.plan, play.inputs if inputs is None else inputs
    found = fork(source, plan, inputs, again or Again(), 99.0)
    folded = Planner(plan, inputs)
    folded.start()
    for event in found.events:
        folded.apply(event)
    assert not found.events or found.events[0] == RunStarted(99.0, plan.versions)
    ends = [e for e in found.events if isinstance(e, (StepFinished, StepFailed))]
    assert found.kept == len(ends)
    assert not folded.pending.keys() & {(e.node, e.iteration) for e in ends}
    return Forked(found.events, folded)


class Goes(Play):
    """A run that goes on where a fork begins; `seen` are the steps it makes itself."""

    def __init__(self, plan: Plan, inputs: dict[str, Any], found: Forked) -> None:
        super().__init__(plan, inputs)
        for event in found.events:
            self.apply(event)
        self.seen = self.planner.in_flight()
        self.waiting = self.planner.in_flight()

    @property
    def made(self) -> set[tuple[str, int]]:
        return {(firing.path, firing.iteration) for firing in self.seen}


def play_on(play: Played, seed: int = 0) -> Played:
    """Ends steps in a random order; one whose input does not fit is silent."""
    draw = random.Random(seed)
    while play.waiting:
        firing = draw.choice(play.waiting)
        fits = firing.node.node.block != "each" or isinstance(firing.inputs["items"], list)
        play.finish(firing.path, firing.iteration, None if fits else [])
    return play


def behind(plan: Plan, node: str) -> set[str]:
    """A node and all that links lead to from it."""
    found, todo = set[str](), [node]
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            wires = plan.by_id[each].wires.values()
            todo += [wire.target.id for group in wires for wire in group]
    return found

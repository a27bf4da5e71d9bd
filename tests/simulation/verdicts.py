"""What must be true of every run in the end, whatever happened to it on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from luban.engine.plan import compile_plan
from luban.engine.planner import Planner
from luban.model.events import ChildFinished, Event, RunEnded, RunStarted, StepFailed, StepFinished
from luban.model.run import Run, RunStatus
from tests.engine.house import House
from tests.simulation.works import OUTSIDE, all_blocks


async def look_back(desk: House, run: Run) -> list[str]:
    """The run's record is the fold of its journal; nothing stands there twice, and nothing was
    done that the journal never asked for."""
    events = await desk.events(run.id)
    return [*_recorded_twice(run, events), *_unlike_its_journal(desk, run, events)]


def _recorded_twice(run: Run, events: list[Event]) -> Iterator[str]:
    counts: Counter[object] = Counter()
    for event in events:
        if isinstance(event, StepFinished | StepFailed):
            counts[event.node, event.iteration] += 1
        elif isinstance(event, ChildFinished):
            counts[event.node, event.iteration, event.key] += 1
    started = sum(isinstance(event, RunStarted) for event in events)
    ended = sum(isinstance(event, RunEnded) for event in events)
    if ended != 1 or (started != 1 and run.status is not RunStatus.CANCELLED):
        yield f"{run.id} was started {started} times and ended {ended} times"
    for key, count in counts.items():
        if count > 1:
            yield f"{key} of {run.id} was recorded {count} times"


def _unlike_its_journal(desk: House, run: Run, events: list[Event]) -> Iterator[str]:
    plan = compile_plan(desk.graphs.by_version[run.version], all_blocks())
    planner = Planner(plan, run.inputs)
    decided = {(firing.path, firing.iteration) for firing in planner.start()}
    for event in events:
        decided |= {(firing.path, firing.iteration) for firing in planner.apply(event)}
    if run.status is not RunStatus.CANCELLED and planner.outputs != run.outputs:
        yield f"{run.id} has {run.outputs}, its journal {planner.outputs}"
    if run.status is not RunStatus.CANCELLED and planner.ceilings.steps != run.steps:
        yield f"{run.id} made {run.steps} steps, its journal {planner.ceilings.steps}"
    for key in [*OUTSIDE.values, *OUTSIDE.failures]:
        owner, rest = key.split("/", 1)
        if owner == run.id and _step_of(rest) not in decided:
            yield f"{key} acted, but was never decided"


def _step_of(key: str) -> tuple[str, int]:
    """The step of a key; of what a block called, the step of that block."""
    node, iteration = key.rsplit("/", 1)
    above, colon, _ = node.rpartition(":")
    if not colon:
        return node, int(iteration)
    path, at, number = above.rpartition("@")
    return (path, int(number)) if at else (above, 0)


def misdeeds() -> Iterator[str]:
    """What the world saw that it may never see."""
    for key, count in OUTSIDE.once.items():
        if count > 1:
            yield f"{key} acted {count} times"
    for key, values in OUTSIDE.values.items():
        if len(set(values)) > 1:
            yield f"{key} acted upon {values}"
    for key in OUTSIDE.early:
        yield f"{key} got up too early"

"""What a run's own record says when it goes on, waits, stands still or ends. Pure."""

from __future__ import annotations

from luban.engine.planner import Planner
from luban.engine.waits import open_waits
from luban.model.events import RunEnded
from luban.model.run import ASKING, RunStatus, Wait, WaitKind
from luban.ports.journal import Parking, RunChange


def under_way(run: str, planner: Planner, now: float) -> RunChange:
    """How far a run has come that goes on, and what it asks people."""
    asks = [wait for wait in open_waits(planner, now) if wait.kind in ASKING]
    return _change(run, planner, RunStatus.RUNNING, now, asks)


def standing_still(run: str, planner: Planner, limit: str, value: float, now: float) -> RunChange:
    """A run that its owner must let go on: paused by hand, or at a limit."""
    if limit == "pause":
        first = Wait(kind=WaitKind.PAUSE, since=now)
    else:
        details = {"limit": limit, "value": value, **planner.ceilings.why}
        first = Wait(kind=WaitKind.LIMIT, since=now, details=details)
    waits = [first, *open_waits(planner, now)]
    return _change(run, planner, RunStatus.WAITING, now, waits)


def leaving(
    run: str, planner: Planner, nudge: int, ends: list[float | None], now: float
) -> Parking:
    """A run all of which waits: `ends` are the moments at which it must go on in any case."""
    waits = open_waits(planner, now)
    ends = [*ends, *(wait.until for wait in waits)]
    return Parking(
        run=run,
        nudge=nudge,
        wake_at=min((end for end in ends if end is not None), default=None),
        waiting_for=[wait.model_dump() for wait in waits],
        asks=sum(wait.kind in ASKING for wait in waits),
    )


def ended(run: str, planner: Planner, cancelled: bool, now: float) -> tuple[RunEnded, RunChange]:
    """The end of a run, as its journal and its own record tell it."""
    status = RunStatus.FAILED if planner.failed else RunStatus.COMPLETED
    if cancelled:
        status = RunStatus.CANCELLED
    starved = [each.model_dump() for each in planner.starved]
    event = RunEnded(status.value, planner.outputs, planner.failed, starved, now)
    ceilings = planner.ceilings
    change = RunChange(
        run,
        status,
        ceilings.steps,
        now,
        event.outputs,
        event.error,
        starved,
        tokens=ceilings.taken.tokens,
        usd=ceilings.taken.usd,
        unpriced=ceilings.taken.unpriced,
    )
    return event, change


def _change(
    run: str, planner: Planner, status: RunStatus, now: float, waits: list[Wait]
) -> RunChange:
    ceilings = planner.ceilings
    return RunChange(
        run,
        status,
        ceilings.steps,
        now,
        waiting_for=[wait.model_dump() for wait in waits],
        asks=sum(wait.kind in ASKING for wait in waits),
        tokens=ceilings.taken.tokens,
        usd=ceilings.taken.usd,
        unpriced=ceilings.taken.unpriced,
    )

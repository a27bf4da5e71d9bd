"""What a run means to those it asked for, in memory."""

from __future__ import annotations

from luban.model.events import RunEnded
from luban.model.run import ENDED, RunStatus
from luban.storage.memory.tables import QueuedRun, Tables
from luban.storage.memory.turns import nudge


def cancel(tables: Tables, record: QueuedRun, at: float) -> list[str]:
    """Cancels a run and all below it; the ids of those it changed, none if it was over."""
    if record.run.status in ENDED:
        return []
    record.cancel_requested = True
    record.nudge += 1
    if record.run.status is not RunStatus.RUNNING:
        record.run = record.run.model_copy(
            update={"status": RunStatus.CANCELLED, "ended_at": at, "waiting_for": []}
        )
        record.asks, record.wake_at, record.parked = 0, None, False
        tables.append(record.run.id, RunEnded(RunStatus.CANCELLED.value, {}, None, [], at))
    return [record.run.id, *cancel_below(tables, record, at)]


def parent(tables: Tables, record: QueuedRun) -> QueuedRun | None:
    """The run that asked for this one, of the same owner."""
    asked = record.run.parent
    above = tables.runs.get(asked.run) if asked else None
    return above if above is not None and above.run.owner == record.run.owner else None


def cancel_below(tables: Tables, record: QueuedRun, at: float) -> list[str]:
    """Cancels what a run asked for, and what that asked for; the ids of those it changed."""
    changed: list[str] = []
    for below in tables.runs.values():
        if parent(tables, below) is record and not below.cancel_requested:
            changed += cancel(tables, below, at)
    return changed


def tell_relatives(tables: Tables, at: float) -> list[str]:
    """Nudges parents of what has ended and cancels what it had asked for; whom that changed."""
    news: dict[str, QueuedRun] = {}
    changed: list[str] = []
    for record in [one for one in tables.runs.values() if one.run.status in ENDED]:
        above = None if record.told else parent(tables, record)
        if above is not None and above.run.status not in ENDED:
            news[above.run.id] = above
        record.told = True
        changed += cancel_below(tables, record, at)
    for above in news.values():
        nudge(tables, above)
    return [*news, *changed]

"""Whose turn it is, and how runs come back to the queue, in memory."""

from __future__ import annotations

from luban.model.run import RunStatus
from luban.ports.journal import ISOLATE_AFTER
from luban.ports.stores import Caps
from luban.storage.memory.tables import QueuedRun, Tables


def turn(record: QueuedRun) -> tuple[int, float, int]:
    """What queued runs are claimed in the order of."""
    return (-record.run.priority, record.vt, record.seq)


def virtual_time(tables: Tables, priority: int) -> float:
    """Of the next run of this priority, of any, or the last given."""
    queued = [one for one in tables.runs.values() if one.run.status is RunStatus.QUEUED]
    free = [one for one in queued if not _is_capped(tables, one) and one.strikes < ISOLATE_AFTER]
    alike = [one for one in free if one.run.priority == priority]
    for some in (alike, free, queued):
        if some:
            return min(some, key=turn).vt
    return max(tables.last_vt.values(), default=0.0)


def take_turn(tables: Tables, owner: str, priority: int) -> float:
    """The virtual time of an owner's next run: a turn after the last, not before the queue's."""
    vt = virtual_time(tables, priority)
    if owner in tables.last_vt:
        vt = max(vt, tables.last_vt[owner] + 1 / tables.caps.get(owner, Caps()).weight)
    tables.last_vt[owner] = vt
    return vt


def nudge(tables: Tables, record: QueuedRun) -> None:
    """Something came for a run: if it is parked, it goes back to the queue."""
    record.nudge += 1
    if record.parked:
        requeue(tables, record)


def requeue(tables: Tables, record: QueuedRun) -> None:
    """Puts a run back in the queue; it saved up no turns meanwhile."""
    record.vt = max(record.vt, virtual_time(tables, record.run.priority))
    record.wake_at, record.parked = None, False
    record.run = record.run.model_copy(update={"status": RunStatus.QUEUED})


def _is_capped(tables: Tables, record: QueuedRun) -> bool:
    caps = tables.caps.get(record.run.owner)
    return record.at_once is not None or (caps is not None and caps.running is not None)

"""The journal in memory, one list per run."""

from __future__ import annotations

from collections.abc import Sequence

from luban.model.events import Row
from luban.model.run import ENDED, RunStatus, Starved, Wait
from luban.ports.journal import Fenced, Recorded, RunChange, StorageFull
from luban.storage.memory.queue import MemoryQueue
from luban.storage.memory.tables import QueuedRun, Tables
from luban.storage.sql.model_use import ADD_USE, model_uses


class MemoryJournal:
    """`Journal` of one worker."""

    def __init__(self, tables: Tables, queue: MemoryQueue) -> None:
        self._tables = tables
        self._queue = queue

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        worker = self._queue.required_worker()
        for run in {row.run for row in rows} | {change.run for change in changes}:
            if not self._queue.holds(run):
                raise Fenced(worker=str(worker))
        self._take_room(sum(len(row.data) for row in rows))
        tables = self._tables
        if uses := model_uses(rows, lambda run: tables.runs[run].run.owner):
            async with tables.records.transaction() as session:
                await session.execute_many(ADD_USE, uses)
        for row in rows:
            recorded = Recorded(
                next(self._tables.row_ids), row.kind, row.node, row.iteration, row.data
            )
            self._tables.journal[row.run].append(recorded)
        for change in changes:
            apply(self._tables.runs[change.run], change)

    def _take_room(self, size: int) -> None:
        room = self._tables.room
        if room is None:
            return
        if size > room:
            raise StorageFull(place="memory", cause=f"{size} bytes do not fit into {room}")
        self._tables.room = room - size

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        rows = [row for row in self._tables.journal.get(run, ()) if row.id > after]
        return rows[:limit]


def apply(record: QueuedRun, change: RunChange) -> None:
    """What a change makes of a run's record; anything but `running` gives it up."""
    update: dict[str, object] = {"status": change.status, "steps": change.steps}
    if change.outputs is not None:
        update["outputs"] = change.outputs
    if change.error is not None:
        update["error"] = change.error
    if change.starved is not None:
        update["starved"] = [Starved.model_validate(starved) for starved in change.starved]
    update["waiting_for"] = [Wait.model_validate(wait) for wait in change.waiting_for or ()]
    record.asks = 0 if change.status in ENDED else change.asks
    if change.status is RunStatus.WAITING and record.cancel_requested:
        update["status"] = RunStatus.QUEUED  # for a worker that ends it
    update["tokens"], update["usd"] = change.tokens, change.usd
    update["unpriced"] = change.unpriced
    update["ended_at"] = change.at if change.status in ENDED else None
    record.run = record.run.model_copy(update=update).model_copy(deep=True)
    if change.status is not RunStatus.RUNNING:
        record.worker = None

"""The journal on SQLite: a batch is one transaction, written inside the event loop."""

from __future__ import annotations

from collections.abc import Sequence

from luban.model.events import Row
from luban.ports.journal import Recorded, RunChange
from luban.storage.sql.holding import Holding
from luban.storage.sql.journal import CHANGE, change_values, let_go, lines, read
from luban.storage.sql.model_use import ADD_USE, model_uses
from luban.storage.sqlite.connection import SqliteFile

ALIVE = "select 1 from workers where id = ? and dead = 0"
APPEND = """
insert into journal (owner, run, kind, node, iteration, data, blob)
values (?, ?, ?, ?, ?, ?, ?)"""
KEEP_BLOB = """
insert into blobs (run, hash, owner, data) values (?, ?, ?, ?)
on conflict (run, hash) do nothing"""


class SqliteJournal:
    """`Journal` of one worker; writes only what the queue of the same worker has claimed."""

    def __init__(self, file: SqliteFile, holding: Holding) -> None:
        self._file = file
        self._holding = holding

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        holding = self._holding
        worker = holding.required_worker()
        written, blobs = lines(rows, holding)
        async with self._file.transaction():
            writer = self._file.writer
            if writer.execute(ALIVE, (worker,)).fetchone() is None:
                raise holding.fenced(worker)
            writer.executemany(APPEND, written)
            if blobs:
                writer.executemany(KEEP_BLOB, blobs)
            if uses := model_uses(rows, holding.owner_of):
                writer.executemany(ADD_USE, uses)
            if changes:
                changed = writer.executemany(CHANGE, change_values(changes, worker))
                if changed.rowcount != len(changes):
                    raise holding.fenced(worker)
        let_go(changes, holding)

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return await read(self._file, run, after, limit)

"""How events, and what becomes of a run, are written down; the transaction is the driver's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from luban.model.events import Row
from luban.model.run import ENDED, RunStatus
from luban.model.values import encode
from luban.ports.journal import Recorded, RunChange
from luban.storage.sql.database import Database
from luban.storage.sql.holding import Holding

LARGE = 32 * 1024
"""Events with more bytes than this are kept beside the journal, which stays quick to walk."""

# One event of a run's own, written by a service.
INSERT_ROW = """
insert into journal (owner, run, kind, node, iteration, data)
values (:owner, :run, :kind, '', 0, :data)"""
READ = """
select j.id, j.kind, j.node, j.iteration, coalesce(b.data, j.data) as data
from journal j left join blobs b on b.run = j.run and b.hash = j.blob
where j.run = (select seq from runs where id = :run) and j.id > :after
order by j.id limit :limit"""
CHANGE = """
update runs set status = :status, steps = :steps, outputs = coalesce(:outputs, outputs),
  error = coalesce(:error, error), starved = coalesce(:starved, starved),
  waiting_for = :waiting_for, ended_at = :ended_at, worker = :keeper
where id = :run and worker = :worker and status = 'running'"""

JournalLine = tuple[str, int, str, str, int, bytes | None, str | None]
"""owner, run, kind, node, iteration, data, blob."""
BlobLine = tuple[int, str, str, bytes]
"""run, hash, owner, data."""


def lines(rows: Iterable[Row], holding: Holding) -> tuple[list[JournalLine], list[BlobLine]]:
    """The rows as they are stored. Raises `Fenced` for a run this worker does not hold."""
    held = holding.runs
    written: list[JournalLine] = []
    blobs: list[BlobLine] = []
    add = written.append
    try:
        for run, kind, node, iteration, data in rows:
            seq, owner = held[run]
            if len(data) > LARGE:
                name = hashlib.sha256(data).hexdigest()
                blobs.append((seq, name, owner, data))
                add((owner, seq, kind, node, iteration, None, name))
            else:
                add((owner, seq, kind, node, iteration, data, None))
    except KeyError:
        raise holding.fenced(holding.worker) from None
    return written, blobs


def change_values(changes: Sequence[RunChange], worker: int) -> list[dict[str, Any]]:
    """The parameters of `CHANGE`, one set per change."""
    return [
        {
            "run": change.run,
            "worker": worker,
            "status": change.status.value,
            "steps": change.steps,
            "outputs": _content(change.outputs),
            "error": _content(change.error),
            "starved": _content(change.starved),
            "waiting_for": _content(change.waiting_for),
            "ended_at": change.at if change.status in ENDED else None,
            "keeper": worker if change.status is RunStatus.RUNNING else None,
        }
        for change in changes
    ]


def let_go(changes: Sequence[RunChange], holding: Holding) -> None:
    """Forgets the runs that these changes ended or parked."""
    for change in changes:
        if change.status is not RunStatus.RUNNING:
            holding.runs.pop(change.run, None)


async def read(database: Database, run: str, after: int, limit: int) -> list[Recorded]:
    """Rows of a run; large ones come whole."""
    rows = await database.fetch(READ, run=run, after=after, limit=limit)
    return [
        Recorded(row["id"], row["kind"], row["node"], row["iteration"], row["data"]) for row in rows
    ]


def _content(value: Any) -> bytes | None:
    return None if value is None else encode(value)

"""How events, and what becomes of a run, are written down; the transaction is the driver's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from luban.model.events import Event, Row, to_row
from luban.model.run import ENDED, RunStatus
from luban.model.values import encode
from luban.ports.journal import Recorded, RunChange
from luban.storage.sql.database import Database, Session
from luban.storage.sql.holding import HeldRun, Holding

LARGE = 32 * 1024
"""Events with more bytes than this are kept beside the journal, which stays quick to walk."""

# What a service writes about runs that no worker holds.
APPEND = """
insert into journal (owner, run, kind, node, iteration, data, blob)
values (:owner, :run, :kind, :node, :iteration, :data, :blob)"""
KEEP_BLOB = """
insert into blobs (run, hash, owner, data) values (:run, :hash, :owner, :data)
on conflict (run, hash) do nothing"""
READ = """
select j.id, j.kind, j.node, j.iteration, coalesce(b.data, j.data) as data
from journal j left join blobs b on b.run = j.run and b.hash = j.blob
where j.run = (select seq from runs where id = :run) and j.id > :after
order by j.id limit :limit"""
# A run that was cancelled while it stood still goes to a worker, which ends it.
CHANGE = """
update runs set
  status = case when :status = 'waiting' and cancel_requested = 1 then 'queued' else :status end,
  steps = :steps, outputs = coalesce(:outputs, outputs), error = coalesce(:error, error),
  starved = coalesce(:starved, starved), waiting_for = :waiting_for, asks = :asks,
  tokens = :tokens, usd = :usd, unpriced = :unpriced, ended_at = :ended_at, worker = :keeper
where id = :run and worker = :worker and status = 'running'"""

_COLUMNS = ("owner", "run", "kind", "node", "iteration", "data", "blob")
JournalLine = tuple[str, int, str, str, int, bytes | None, str | None]
"""owner, run, kind, node, iteration, data, blob."""
BlobLine = tuple[int, str, str, bytes]
"""run, hash, owner, data."""


def lines(rows: Iterable[Row], holding: Holding) -> tuple[list[JournalLine], list[BlobLine]]:
    """The rows as they are stored. Raises `Fenced` for a run this worker does not hold."""
    try:
        return _lines(rows, holding.runs)
    except KeyError:
        raise holding.fenced(holding.worker) from None


def _lines(
    rows: Iterable[Row], held: Mapping[str, HeldRun]
) -> tuple[list[JournalLine], list[BlobLine]]:
    written: list[JournalLine] = []
    blobs: list[BlobLine] = []
    add = written.append
    for run, kind, node, iteration, data in rows:
        seq, owner = held[run]
        if len(data) > LARGE:
            name = hashlib.sha256(data).hexdigest()
            blobs.append((seq, name, owner, data))
            add((owner, seq, kind, node, iteration, None, name))
        else:
            add((owner, seq, kind, node, iteration, data, None))
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
            "waiting_for": _content(change.waiting_for or None),
            "asks": 0 if change.status in ENDED else change.asks,
            "tokens": change.tokens,
            "usd": change.usd,
            "unpriced": change.unpriced,
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


async def record(session: Session, run: str, held: HeldRun, *events: Event) -> None:
    """Writes events of a run that no worker holds, as one of its services."""
    written, blobs = _lines((to_row(run, event) for event in events), {run: held})
    if len(written) == 1:
        await session.execute(APPEND, **_named(written[0]))
    elif written:
        await session.execute_many(APPEND, [_named(line) for line in written])
    for seq, name, owner, data in blobs:
        await session.execute(KEEP_BLOB, run=seq, hash=name, owner=owner, data=data)


async def read(database: Database, run: str, after: int, limit: int) -> list[Recorded]:
    """Rows of a run; large ones come whole."""
    rows = await database.fetch(READ, run=run, after=after, limit=limit)
    return [
        Recorded(row["id"], row["kind"], row["node"], row["iteration"], row["data"]) for row in rows
    ]


def _named(line: JournalLine) -> dict[str, Any]:
    return dict(zip(_COLUMNS, line, strict=True))


def _content(value: Any) -> bytes | None:
    return None if value is None else encode(value)

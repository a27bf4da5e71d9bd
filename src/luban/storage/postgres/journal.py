"""The journal on PostgreSQL: a batch is one statement, which also proves and renews the lease.

The statement raises the worker's batch number, but only if the worker is alive and the number is
the one before; everything else in it depends on that. So a batch is stored once, whatever happens
to the connection: after a new one is made, the number tells whether the last batch was stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from asyncpg.exceptions import DivisionByZeroError

from luban.model.events import Row
from luban.ports.journal import Fenced, Recorded, RunChange
from luban.storage.postgres.failures import FAILED, is_collision, is_lost, translate
from luban.storage.postgres.lease import Lease
from luban.storage.postgres.pool import Line, Pauses, PostgresPool, connect
from luban.storage.postgres.statements import numbered
from luban.storage.sql.holding import Holding
from luban.storage.sql.journal import change_values, let_go, lines, read
from luban.storage.sql.model_use import USE_COLUMNS, model_uses

FENCE = """
with mine as (
  update workers set batch = :batch, lease = extract(epoch from clock_timestamp())::float8 + :lease
  where id = :worker and dead = 0 and batch = :batch - 1 returning id)"""
# The order is asked for, because the ids of the rows must follow it.
ROWS = """, rows as (
  insert into journal (owner, run, kind, node, iteration, data, blob)
  select r.owner, r.run, r.kind, r.node, r.iteration, r.data, r.blob
  from mine, unnest(:owners::text[], :runs::bigint[], :kinds::text[], :nodes::text[],
    :iterations::int[], :contents::bytea[], :references::text[])
    with ordinality r (owner, run, kind, node, iteration, data, blob, place)
  order by r.place)"""
BLOBS = """, kept as (
  insert into blobs (run, hash, owner, data)
  select b.run, b.hash, b.owner, b.data
  from mine, unnest(:blob_runs::bigint[], :hashes::text[], :blob_owners::text[], :blobs::bytea[])
    b (run, hash, owner, data)
  on conflict (run, hash) do nothing)"""
CHANGES = """, changed as (
  update runs set
    status = case when c.status = 'waiting' and runs.cancel_requested = 1 then 'queued'
      else c.status end,
    steps = c.steps, outputs = coalesce(c.outputs, runs.outputs),
    error = coalesce(c.error, runs.error), starved = coalesce(c.starved, runs.starved),
    waiting_for = c.waiting_for, asks = c.asks, tokens = c.tokens, usd = c.usd,
    unpriced = c.unpriced, ended_at = c.ended_at, worker = c.keeper
  from mine, unnest(:change_run::text[], :change_status::text[], :change_steps::int[],
    :change_outputs::bytea[], :change_error::bytea[], :change_starved::bytea[],
    :change_waiting_for::bytea[], :change_asks::int[], :change_tokens::bigint[],
    :change_usd::float8[], :change_unpriced::bigint[], :change_ended_at::float8[],
    :change_keeper::bigint[])
    c (run, status, steps, outputs, error, starved, waiting_for, asks, tokens, usd, unpriced,
      ended_at, keeper)
  where runs.id = c.run and runs.worker = :worker and runs.status = 'running' returning 1)"""
USES = """, used as (
  insert into model_use as m
    (owner, agent, model, day, calls, input_tokens, output_tokens, usd, unpriced)
  select u.owner, u.agent, u.model, u.day, u.calls, u.input_tokens, u.output_tokens, u.usd,
    u.unpriced
  from mine, unnest(:use_owner::text[], :use_agent::text[], :use_model::text[], :use_day::int[],
    :use_calls::bigint[], :use_input_tokens::bigint[], :use_output_tokens::bigint[],
    :use_usd::float8[], :use_unpriced::bigint[])
    u (owner, agent, model, day, calls, input_tokens, output_tokens, usd, unpriced)
  order by u.owner, u.agent, u.model, u.day
  on conflict (owner, agent, model, day) do update set
    calls = m.calls + excluded.calls, input_tokens = m.input_tokens + excluded.input_tokens,
    output_tokens = m.output_tokens + excluded.output_tokens, usd = m.usd + excluded.usd,
    unpriced = m.unpriced + excluded.unpriced)"""
ANSWER = "\nselect count(*) from mine"
# A change that found no run must undo the whole statement, so it divides by zero.
CHECKED_ANSWER = """
select (select count(*) from mine) / (case when (select count(*) from mine) = 0
  or (select count(*) from changed) = cardinality(:change_run::text[]) then 1 else 0 end)"""
WRITE = {
    (blobs, uses, changes): numbered(
        FENCE
        + ROWS
        + (BLOBS if blobs else "")
        + (USES if uses else "")
        + (CHANGES + CHECKED_ANSWER if changes else ANSWER)
    )
    for blobs in (False, True)
    for uses in (False, True)
    for changes in (False, True)
}
LAST = "select batch, dead from workers where id = $1"

_ROW = ("owners", "runs", "kinds", "nodes", "iterations", "contents", "references")
_BLOB = ("blob_runs", "hashes", "blob_owners", "blobs")
_CHANGE = (
    "run", "status", "steps", "outputs", "error", "starved", "waiting_for", "asks", "tokens",
    "usd", "unpriced", "ended_at", "keeper",
)  # fmt: skip
_SECONDS, _BYTES_A_SECOND = 30.0, 1 << 20


class PostgresJournal:
    """`Journal` of one worker, on a connection of its own, which is made when it is needed."""

    def __init__(self, pool: PostgresPool, holding: Holding, lease: Lease) -> None:
        self._pool = pool
        self._holding = holding
        self._lease = lease
        self._writing = asyncio.Lock()
        self._line: Line | None = None
        self._worker: int | None = None
        self._number = 0
        self._unsure: Sequence[Row] | None = None

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        # A worker that was fenced and began anew may still have a batch of before under way.
        async with self._writing:
            await self._commit(rows, changes)

    async def _commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        worker = self._holding.required_worker()
        if worker != self._worker:
            self._worker, self._number, self._unsure = worker, 0, None
        if self._unsure is not None and self._unsure is not rows:
            raise self._holding.fenced(worker)  # nobody may go on after a batch in doubt
        values = _values(rows, changes, worker, self._holding)
        pauses = Pauses()
        while True:
            asked_at = self._lease.now()
            try:
                if not await self._store(rows, changes, values):
                    raise self._holding.fenced(worker)
                break
            except FAILED as error:
                await self._after(error, pauses)
            if self._holding.worker != worker:
                raise Fenced(worker=str(worker))
        self._number += 1
        self._unsure = None
        self._lease.renewed(asked_at)
        let_go(changes, self._holding)

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return await read(self._pool, run, after, limit)

    async def close(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.terminate()

    async def _store(
        self, rows: Sequence[Row], changes: Sequence[RunChange], values: dict[str, Any]
    ) -> bool:
        """Whether the batch stands in the journal, now or since an earlier attempt."""
        line = self._line
        if line is None or line.is_closed():
            line = self._line = await connect(self._pool.address)
        if self._unsure is not None and await self._is_stored(line):
            return True
        write = WRITE["blobs" in values, "use_day" in values, "change_run" in values]
        values["batch"] = self._number + 1
        values["lease"] = self._lease.seconds
        self._unsure = rows
        patience = _SECONDS + sum(len(row.data) for row in rows) / _BYTES_A_SECOND
        try:
            stored = await line.fetchval(write.text, *write.arguments(values), timeout=patience)
        except DivisionByZeroError:  # one of the runs is no longer this worker's
            return False
        except BaseException as error:
            if is_lost(error) or not isinstance(error, FAILED):
                line.terminate()
            raise
        # What was sent before over a lost connection may have arrived since.
        return bool(stored) or await self._is_stored(line)

    async def _is_stored(self, line: Line) -> bool:
        """Whether the batch in doubt was stored. Raises `Fenced`."""
        last = await line.fetchrow(LAST, self._worker)
        if last is None or last["dead"]:
            raise self._holding.fenced(self._worker)
        return last["batch"] > self._number

    async def _after(self, error: BaseException, pauses: Pauses) -> None:
        """Waits until it is time to try again; raises if it is not worth it, or long enough."""
        if is_lost(error):
            if await pauses.next():
                return
        else:
            self._unsure = None  # the server refused all of it
            if is_collision(error) and await pauses.next():
                return
        raise translate(error, self._pool.place) from error


def _values(
    rows: Sequence[Row], changes: Sequence[RunChange], worker: int, holding: Holding
) -> dict[str, Any]:
    """The parameters, one list for each column."""
    written, blobs = lines(rows, holding)
    values: dict[str, Any] = {"worker": worker}
    values |= zip(_ROW, zip(*written, strict=True) if written else [()] * len(_ROW), strict=True)
    if blobs:
        values |= zip(_BLOB, zip(*blobs, strict=True), strict=True)
    if uses := model_uses(rows, holding.owner_of):
        values |= {f"use_{name}": [each[name] for each in uses] for name in USE_COLUMNS}
    if changes:
        changed = change_values(changes, worker)
        values |= {f"change_{name}": [each[name] for each in changed] for name in _CHANGE}
    return values

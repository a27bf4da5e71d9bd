"""Who runs which run, on any number of machines: a worker lives as long as it renews its lease."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from luban.model.errors import LubanError
from luban.model.values import encode
from luban.ports.clock import Clock
from luban.ports.journal import (
    ISOLATE_AFTER,
    ClaimedRun,
    Nudged,
    Parking,
    RunResult,
    Signal,
)
from luban.storage.postgres.lease import Lease
from luban.storage.postgres.pool import PostgresPool
from luban.storage.postgres.server_clock import ServerClock
from luban.storage.sql import claims, family, inbox, pauses
from luban.storage.sql.database import Record
from luban.storage.sql.holding import HeldRun, Holding
from luban.storage.sql.run_rows import RESULT as RESULT_COLUMNS
from luban.storage.sql.run_rows import claimed, result
from luban.storage.sql.shares import FREE

log = logging.getLogger(__name__)

NOW = "extract(epoch from clock_timestamp())::float8"
HELD = "status = 'running'"
ALIVE = "exists (select 1 from workers where workers.id = :worker and workers.dead = 0)"
FORGET_DEAD = f"""
delete from workers where dead = 1
  and not exists (select 1 from runs where runs.worker = workers.id and {HELD})"""
REGISTER = f"""
insert into workers (lease, started_at) values ({NOW} + :lease, {NOW}) returning id, {NOW} as now"""
RENEW = f"""
update workers set lease = {NOW} + :lease where id = :worker and dead = 0 returning id"""
# After a restart of the server, everybody has one lease of time to come back and renew.
BURY = f"""
update workers set dead = 1 where id in (select id from workers
  where dead = 0 and lease < {NOW}
    and pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :lease)
  for update skip locked) returning id"""
# Not only of those buried now: whoever buried before may have died before it came to this.
_OF_DEAD = f"""{HELD} and not exists (
  select 1 from workers where workers.id = runs.worker and workers.dead = 0)"""
ANY_OF_DEAD = f"select 1 from runs where {_OF_DEAD} limit 1"
# Two statements: a run that somebody else gave back meanwhile, and that a worker took which had
# just begun, would look like one of the dead to a statement that is older than this worker. The
# first keeps the runs as they are, the second sees all workers there are by then.
KEEP_OF_DEAD = f"select seq from runs where {_OF_DEAD} order by seq for update skip locked"
GIVE_BACK_OF_DEAD = f"""
update runs set {claims.STRIKE}, {claims.GIVE_BACK}
where seq = any(:kept::bigint[]) and {_OF_DEAD} returning id"""
UNREGISTER = f"""
with gone as (delete from workers where id = :worker and dead = 0 returning id)
update runs set {claims.GIVE_BACK} from gone
where runs.worker = gone.id and {HELD} returning runs.id"""
TAKEN = f"""claimed as (
  update runs set {claims.HOLD} from next where runs.seq = next.seq
  returning {claims.HELD_COLUMNS})
select me.*, claimed.* from me left join claimed on true order by prio desc, vt, seq"""
# The answer has a row even if nothing was claimed: whether this worker is alive, and whether
# there are runs that must be counted. Then nothing was taken, for they may come first.
CLAIM = f"""
with me as materialized (
  select {ALIVE} as known,
    ({{any}}) is not null as counted),
next as materialized (
  select seq from runs where {FREE} {{only}} and (select known and not counted from me)
  order by {claims.TURN} limit :limit for update skip locked),
{TAKEN}"""
CLAIM_ANY = CLAIM.format(any=claims.ANY_COUNTED, only="")
CLAIM_ONLY = CLAIM.format(
    any=f"select 1 from runs where id = :only and {claims.COUNTED}", only="and id = :only"
)
# Who counts does so alone, from now until the end of its transaction.
COUNT_ALONE = f"select pg_advisory_xact_lock({0x6C756263})"
ME = f"me as materialized (select {ALIVE} as known)"
_CHOOSE = claims.CHOOSE.format(
    any_of="= any (array", end=")", room="least(:limit, r.room, r.alike)", leap=claims.LEAP
)
CLAIM_COUNTED = f"""
with {_CHOOSE},
{ME},
next as materialized (
  select seq from runs
  where seq = any (array(select seq from chosen)) and status = 'queued' and (select known from me)
  for update skip locked),
{TAKEN}"""
CLAIM_ONE = f"""
with {ME},
next as materialized (
  select seq from runs where {{which}} and {claims.FITS} and (select known from me)
  order by {claims.TURN} limit 1 for update skip locked),
{TAKEN}"""
COUNT_ONLY = CLAIM_ONE.format(
    which=f"id = :only and status = 'queued' and strikes < {ISOLATE_AFTER}"
)
CLAIM_ISOLATED = CLAIM_ONE.format(which=claims.ISOLATED)
CLAIM_ISOLATED_ONLY = CLAIM_ONE.format(which=f"id = :only and {claims.ISOLATED}")
ADOPT = f"select {claims.HELD_COLUMNS} from runs where worker = :worker and {HELD} order by seq"
# Asked twice, it says again who left the first time.
PARK = f"""
with wanted as (
  select * from unnest(:runs::text[], :nudges::bigint[], :wakes::float8[], :waits::bytea[],
    :asks::int[]) as w (run, nudge, wake_at, waiting_for, asks)),
parked as (
  update runs set {claims.LEAVE}, wake_at = w.wake_at, waiting_for = w.waiting_for, asks = w.asks
  from wanted w where runs.id = w.run and runs.worker = :worker and {HELD}
    and runs.nudge = w.nudge
  returning runs.id)
select id from parked union
select w.run from wanted w where not exists (
  select 1 from runs where runs.id = w.run and runs.worker = :worker and {HELD})"""
WAKE = f"""
with due as materialized (
  select seq from runs where status = 'waiting' and wake_at <= (select {NOW})
  order by wake_at limit :limit for update skip locked),
woken as (update runs set {claims.WOKEN} from due where runs.seq = due.seq returning 1)
select (select count(*) from woken) as woken, {NOW} as now,
  (select min(wake_at) - {NOW} from runs
    where status = 'waiting' and wake_at > (select {NOW})) as due"""
RESULTS = f"""
select {RESULT_COLUMNS} from runs where id = any(:runs::text[]) and ended_at is not null"""
_WAKE_AT_ONCE = 1000
_PARTING = 3.0
"""Seconds to wait for a server that is away when leaving; the lease ends without it too."""


class PostgresQueue:
    """`RunQueue` of one worker."""

    def __init__(self, pool: PostgresPool, holding: Holding, lease: Lease, clock: Clock) -> None:
        self._pool = pool
        self._holding = holding
        self._lease = lease
        self._clock = clock
        self._server_clock = ServerClock(clock)
        self._claiming = asyncio.Lock()
        self._unsure = False

    @property
    def rhythm(self) -> float:
        return self._lease.rhythm

    @property
    def doubtful(self) -> bool:
        return self._lease.doubtful

    def now(self) -> float:
        return self._server_clock.now()

    async def register(self) -> str:
        asked_at = self._lease.now()
        await self._pool.fetch(FORGET_DEAD)
        registering_at = self._lease.now()
        # Done twice, it leaves a worker that nobody renews and that holds nothing.
        (row,) = await self._pool.fetch(REGISTER, lease=self._lease.seconds)
        self._holding.runs.clear()
        self._holding.worker = row["id"]
        self._unsure = False
        self._lease.renewed(asked_at)
        self._server_clock.told(row["now"], registering_at)
        return str(row["id"])

    async def renew(self) -> None:
        worker = self._holding.required_worker()
        if self._lease.age < self._lease.rhythm / 2:
            return  # a commit has just done it
        asked_at = self._lease.now()
        if not await self._pool.fetch(RENEW, worker=worker, lease=self._lease.seconds):
            raise self._holding.fenced(worker)
        self._lease.renewed(asked_at)

    async def claim(
        self, limit: int, only: str | None = None, *, isolated: bool = False
    ) -> list[ClaimedRun]:
        worker = self._holding.required_worker()
        async with self._claiming:  # or what one claims now would look adoptable to another
            adopted = await self._adopt(worker, only) if self._unsure else []
            if adopted:
                return adopted
            values = {"worker": worker, "at": self._clock.now()}
            before, self._unsure = self._unsure, True
            if isolated:
                which = CLAIM_ISOLATED if only is None else CLAIM_ISOLATED_ONLY
                rows = await self._claim_alone(which, **values, only=only)
            else:
                rows = await self._claim_free(limit, only, values)
            self._unsure = before
            if not rows[0]["known"]:
                raise self._holding.fenced(worker)
            return [self._hold(row) for row in rows if row["id"] is not None]

    async def _claim_free(
        self, limit: int, only: str | None, values: dict[str, Any]
    ) -> list[Record]:
        """Takes runs in one statement, unless there are some that must be counted."""
        free = CLAIM_ANY if only is None else CLAIM_ONLY
        rows = await self._pool.once(free, **values, limit=limit, only=only)
        if not rows[0]["counted"]:
            return rows
        counted = CLAIM_COUNTED if only is None else COUNT_ONLY
        return await self._claim_alone(counted, **values, limit=limit, only=only)

    async def _claim_alone(self, statement: str, **values: Any) -> list[Record]:
        async with self._pool.transaction() as session:
            await session.execute(COUNT_ALONE)
            return await session.fetch(statement, **values)

    async def _adopt(self, worker: int, only: str | None) -> list[ClaimedRun]:
        """Runs that a claim took whose answer was lost."""
        rows = await self._pool.fetch(ADOPT, worker=worker)
        missed = [row for row in rows if row["id"] not in self._holding.runs]
        self._unsure = only is not None
        return [self._hold(row) for row in missed if only in (None, row["id"])]

    def _hold(self, row: Record) -> ClaimedRun:
        self._holding.runs[row["id"]] = HeldRun(row["seq"], row["owner"])
        return claimed(row)

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        worker = self._holding.required_worker()
        values = {
            "worker": worker,
            "runs": [parking.run for parking in parkings],
            "nudges": [parking.nudge for parking in parkings],
            "wakes": [parking.wake_at for parking in parkings],
            "waits": [encode(parking.waiting_for) for parking in parkings],
            "asks": [parking.asks for parking in parkings],
        }
        async with self._claiming:  # or one could come back before it is known to have left
            left = {row["id"] for row in await self._pool.fetch(PARK, **values)}
            for run in left:
                self._holding.runs.pop(run, None)
        return left

    async def wake(self) -> float | None:
        asked_at = self._lease.now()
        (row,) = await self._pool.fetch(WAKE, limit=_WAKE_AT_ONCE)
        self._server_clock.told(row["now"], asked_at)
        return 0.0 if row["woken"] == _WAKE_AT_ONCE else row["due"]

    async def nudged(self) -> list[Nudged]:
        worker = self._holding.required_worker()
        return [claims.nudged(row) for row in await self._pool.fetch(claims.NUDGED, worker=worker)]

    async def signals(self, run: str, after: int = 0) -> list[Signal]:
        return await inbox.read(self._pool, run, after)

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        return [result(row) for row in await self._pool.fetch(RESULTS, runs=list(runs))]

    async def tell_relatives(self) -> list[str]:
        return await family.tell_relatives(self._pool, self._clock.now())

    async def isolated(self) -> int:
        (row,) = await self._pool.fetch(claims.COUNT_ISOLATED)
        return row["isolated"]

    async def reap(self) -> list[str]:
        for row in await self._pool.fetch(BURY, lease=self._lease.seconds):
            log.warning("worker %s was silent for longer than its lease", row["id"])
        freed = await self._give_back_of_dead()
        await pauses.quarantine(self._pool, self._clock.now())
        return freed

    async def _give_back_of_dead(self) -> list[str]:
        if not await self._pool.fetch(ANY_OF_DEAD):
            return []
        async with self._pool.transaction() as session:
            kept = [row["seq"] for row in await session.fetch(KEEP_OF_DEAD)]
            return [row["id"] for row in await session.fetch(GIVE_BACK_OF_DEAD, kept=kept)]

    async def unregister(self) -> None:
        worker, self._holding.worker = self._holding.worker, None
        self._holding.runs.clear()
        if worker is None:
            return
        try:
            await self._pool.ask(UNREGISTER, {"worker": worker}, _PARTING)
        except LubanError as error:
            log.warning("%s The runs of worker %s go on when its lease is over.", error, worker)

"""Who runs which run, on any number of machines: a worker lives as long as it renews its lease."""

from __future__ import annotations

import asyncio
import logging

from luban.model.errors import LubanError
from luban.model.values import decode
from luban.ports.clock import Clock
from luban.ports.journal import ClaimedRun
from luban.storage.postgres.lease import Lease
from luban.storage.postgres.pool import PostgresPool
from luban.storage.sql.database import Record
from luban.storage.sql.holding import HeldRun, Holding

log = logging.getLogger(__name__)

NOW = "extract(epoch from clock_timestamp())::float8"
HELD = "status = 'running'"
ALIVE = "exists (select 1 from workers where workers.id = :worker and workers.dead = 0)"
FORGET_DEAD = f"""
delete from workers where dead = 1
  and not exists (select 1 from runs where runs.worker = workers.id and {HELD})"""
REGISTER = f"insert into workers (lease, started_at) values ({NOW} + :lease, {NOW}) returning id"
RENEW = f"""
update workers set lease = {NOW} + :lease where id = :worker and dead = 0 returning id"""
# After a restart of the server, everybody has one lease of time to come back and renew.
BURY = f"""
update workers set dead = 1 where id in (select id from workers
  where dead = 0 and lease < {NOW}
    and pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => :lease)
  for update skip locked) returning id"""
# Not only of those buried now: whoever buried before may have died before it came to this.
GIVE_BACK_OF_DEAD = f"""
update runs set status = 'queued', worker = null where {HELD} and not exists (
  select 1 from workers where workers.id = runs.worker and workers.dead = 0) returning id"""
UNREGISTER = f"""
with gone as (delete from workers where id = :worker and dead = 0 returning id)
update runs set status = 'queued', worker = null from gone
where runs.worker = gone.id and {HELD} returning runs.id"""
COLUMNS = "seq, id, owner, agent_id, version, inputs, claims, cancel_requested, prio, vt"
# The answer has a row even if nothing was claimed: whether this worker is alive.
CLAIM = f"""
with next as materialized (
  select seq from runs where status = 'queued' {{only}} and {ALIVE}
  order by prio desc, vt, seq limit :limit for update skip locked),
claimed as (
  update runs set status = 'running', worker = :worker, claims = claims + 1,
    started_at = coalesce(started_at, :at)
  from next where runs.seq = next.seq
  returning {", ".join(f"runs.{each}" for each in COLUMNS.split(", "))})
select alive.known, claimed.* from (select {ALIVE} as known) alive left join claimed on true
order by prio desc, vt, seq"""
CLAIM_ANY = CLAIM.format(only="")
CLAIM_ONLY = CLAIM.format(only="and id = :only")
ADOPT = f"select {COLUMNS} from runs where worker = :worker and {HELD} order by seq"
CANCELLED = f"""
select id from runs where worker = :worker and {HELD} and cancel_requested = 1 order by seq"""
_PARTING = 3.0
"""Seconds to wait for a server that is away when leaving; the lease ends without it too."""


class PostgresQueue:
    """`RunQueue` of one worker."""

    def __init__(self, pool: PostgresPool, holding: Holding, lease: Lease, clock: Clock) -> None:
        self._pool = pool
        self._holding = holding
        self._lease = lease
        self._clock = clock
        self._claiming = asyncio.Lock()
        self._unsure = False

    @property
    def rhythm(self) -> float:
        return self._lease.rhythm

    @property
    def doubtful(self) -> bool:
        return self._lease.doubtful

    async def register(self) -> str:
        asked_at = self._lease.now()
        await self._pool.fetch(FORGET_DEAD)
        # Done twice, it leaves a worker that nobody renews and that holds nothing.
        (row,) = await self._pool.fetch(REGISTER, lease=self._lease.seconds)
        self._holding.runs.clear()
        self._holding.worker = row["id"]
        self._unsure = False
        self._lease.renewed(asked_at)
        return str(row["id"])

    async def renew(self) -> None:
        worker = self._holding.required_worker()
        if self._lease.age < self._lease.rhythm / 2:
            return  # a commit has just done it
        asked_at = self._lease.now()
        if not await self._pool.fetch(RENEW, worker=worker, lease=self._lease.seconds):
            raise self._holding.fenced(worker)
        self._lease.renewed(asked_at)

    async def claim(self, limit: int, only: str | None = None) -> list[ClaimedRun]:
        worker = self._holding.required_worker()
        async with self._claiming:  # or what one claims now would look adoptable to another
            adopted = await self._adopt(worker, only) if self._unsure else []
            if adopted:
                return adopted
            values = {"worker": worker, "limit": limit, "at": self._clock.now()}
            before, self._unsure = self._unsure, True
            if only is None:
                rows = await self._pool.once(CLAIM_ANY, **values)
            else:
                rows = await self._pool.once(CLAIM_ONLY, **values, only=only)
            self._unsure = before
            if not rows[0]["known"]:
                raise self._holding.fenced(worker)
            return [self._hold(row) for row in rows if row["id"] is not None]

    async def _adopt(self, worker: int, only: str | None) -> list[ClaimedRun]:
        """Runs that a claim took whose answer was lost."""
        rows = await self._pool.fetch(ADOPT, worker=worker)
        missed = [row for row in rows if row["id"] not in self._holding.runs]
        self._unsure = only is not None
        return [self._hold(row) for row in missed if only in (None, row["id"])]

    def _hold(self, row: Record) -> ClaimedRun:
        self._holding.runs[row["id"]] = HeldRun(row["seq"], row["owner"])
        return ClaimedRun(
            id=row["id"],
            owner=row["owner"],
            agent_id=row["agent_id"],
            version=row["version"],
            inputs=decode(row["inputs"]),
            claims=row["claims"],
            cancel_requested=bool(row["cancel_requested"]),
        )

    async def reap(self) -> list[str]:
        for row in await self._pool.fetch(BURY, lease=self._lease.seconds):
            log.warning("worker %s was silent for longer than its lease", row["id"])
        return [row["id"] for row in await self._pool.fetch(GIVE_BACK_OF_DEAD)]

    async def cancelled(self) -> list[str]:
        worker = self._holding.required_worker()
        return [row["id"] for row in await self._pool.fetch(CANCELLED, worker=worker)]

    async def unregister(self) -> None:
        worker, self._holding.worker = self._holding.worker, None
        self._holding.runs.clear()
        if worker is None:
            return
        try:
            await self._pool.ask(UNREGISTER, {"worker": worker}, _PARTING)
        except LubanError as error:
            log.warning("%s The runs of worker %s go on when its lease is over.", error, worker)

"""Who runs which run, on one machine: a worker lives as long as the lock on its file is held."""

from __future__ import annotations

import secrets
from pathlib import Path

from luban.model.values import decode
from luban.ports.clock import Clock
from luban.ports.journal import ClaimedRun
from luban.storage.sql.database import Record, Session, find
from luban.storage.sql.holding import HeldRun, Holding
from luban.storage.sqlite.connection import SqliteFile
from luban.storage.sqlite.file_lock import FileLock

FORGET_DEAD = """
delete from workers where dead = 1
  and not exists (select 1 from runs where worker = workers.id and status = 'running')"""
REGISTER = "insert into workers (lock, started_at) values (:lock, :at) returning id"
UNREGISTER = "delete from workers where id = :worker"
ALIVE = "select 1 as alive from workers where id = :worker and dead = 0"
OTHERS = "select id, lock from workers where dead = 0 and id <> :worker"
BURY = "update workers set dead = 1 where id = :worker and dead = 0"
GIVE_BACK = """
update runs set status = 'queued', worker = null
where worker = :worker and status = 'running' returning id"""
# Ordered as the claim is, or SQLite would look through an index of all runs there ever were.
ANY_QUEUED = "select 1 as queued from runs where status = 'queued' order by prio desc, vt limit 1"
CLAIM = """
update runs set status = 'running', worker = :worker, claims = claims + 1,
  started_at = coalesce(started_at, :at)
where seq in (select seq from runs where status = 'queued'{only}
  order by prio desc, vt, seq limit :limit)
returning seq, id, owner, agent_id, version, inputs, claims, cancel_requested, prio, vt"""
CLAIM_ANY = CLAIM.format(only="")
CLAIM_ONLY = CLAIM.format(only=" and id = :only")
CANCELLED = """
select id from runs where worker = :worker and status = 'running' and cancel_requested = 1
order by seq"""


class SqliteQueue:
    """`RunQueue` of one worker."""

    def __init__(self, file: SqliteFile, folder: Path, holding: Holding, clock: Clock) -> None:
        self._file = file
        self._folder = folder
        self._holding = holding
        self._clock = clock
        self._lock: FileLock | None = None

    async def register(self) -> str:
        # The lock first: whoever sees the row must find its worker alive.
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"{secrets.token_hex(8)}.lock")
        lock.take()
        try:
            async with self._file.transaction() as session:
                await session.execute(FORGET_DEAD)
                row = await find(session, REGISTER, lock=lock.path.name, at=self._clock.now())
        except BaseException:
            lock.release(remove=True)
            raise
        assert row is not None
        if self._lock is not None:
            self._lock.release(remove=True)
        self._lock = lock
        self._holding.runs.clear()
        self._holding.worker = row["id"]
        return str(row["id"])

    @property
    def rhythm(self) -> float:
        return 1.0

    @property
    def doubtful(self) -> bool:
        return False  # whoever runs holds its lock

    async def renew(self) -> None:
        worker = self._holding.required_worker()
        if not await self._file.fetch(ALIVE, worker=worker):
            raise self._holding.fenced(worker)

    async def claim(self, limit: int, only: str | None = None) -> list[ClaimedRun]:
        worker = self._holding.required_worker()
        if not await self._file.fetch(ANY_QUEUED):  # spares the write lock, which others want
            return []
        async with self._file.transaction() as session:
            if not await session.fetch(ALIVE, worker=worker):
                raise self._holding.fenced(worker)
            values = {"worker": worker, "limit": limit, "at": self._clock.now()}
            if only is None:
                rows = await session.fetch(CLAIM_ANY, **values)
            else:
                rows = await session.fetch(CLAIM_ONLY, **values, only=only)
        rows.sort(key=lambda row: (-row["prio"], row["vt"], row["seq"]))
        return [self._hold(row) for row in rows]

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
        me = self._holding.worker or 0
        freed: list[str] = []
        for row in await self._file.fetch(OTHERS, worker=me):
            lock = FileLock(self._folder / row["lock"])
            try:
                if not lock.take(create=False):
                    continue
            except FileNotFoundError:
                pass  # somebody removed it: its worker can no longer prove that it lives
            try:
                async with self._file.transaction() as session:
                    if await session.execute(BURY, worker=row["id"]):
                        freed += await _give_back(session, row["id"])
            finally:
                lock.release(remove=True)
        return freed

    async def cancelled(self) -> list[str]:
        worker = self._holding.required_worker()
        return [row["id"] for row in await self._file.fetch(CANCELLED, worker=worker)]

    async def unregister(self) -> None:
        worker, self._holding.worker = self._holding.worker, None
        self._holding.runs.clear()
        if worker is not None:
            async with self._file.transaction() as session:
                if await session.fetch(ALIVE, worker=worker):
                    await _give_back(session, worker)
                    await session.execute(UNREGISTER, worker=worker)
        if self._lock is not None:
            self._lock.release(remove=True)
            self._lock = None


async def _give_back(session: Session, worker: int) -> list[str]:
    return [row["id"] for row in await session.fetch(GIVE_BACK, worker=worker)]

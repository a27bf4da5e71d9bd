"""Who runs which run, on one machine: a worker lives as long as the lock on its file is held."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

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
from luban.storage.sql import claims, family, inbox, pauses
from luban.storage.sql.database import Record, find
from luban.storage.sql.holding import HeldRun, Holding
from luban.storage.sql.run_rows import CLAIMED, claimed, result
from luban.storage.sql.run_rows import RESULT as RESULT_COLUMNS
from luban.storage.sql.shares import FREE
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
GIVE_BACK = f"""
update runs set {claims.GIVE_BACK}
where worker = :worker and status = 'running' returning id"""
STRIKE = f"""
update runs set {claims.STRIKE}, {claims.GIVE_BACK}
where worker = :worker and status = 'running' returning id"""
# Spares the write lock, which others want.
ANY_QUEUED = f"""
select exists (select 1 from runs where {FREE}) as free,
  ({claims.ANY_COUNTED}) is not null as counted"""
ANY_ISOLATED = f"select 1 as isolated from runs where {claims.ISOLATED} limit 1"
RETURNING = f"returning {', '.join(CLAIMED)}"
CLAIM_ANY = f"""
update runs set {claims.HOLD}
where seq in (select seq from runs where {FREE} order by {claims.TURN} limit :limit) {RETURNING}"""
CLAIM_COUNTED = f"""
with {claims.CHOOSE.format(any_of="in", end="", room=":limit", leap=claims.TWO_STEPS)}
update runs set {claims.HOLD} where seq in (select seq from chosen) {RETURNING}"""
CLAIM_ONE = f"""
update runs set {claims.HOLD}
where seq = (select seq from runs where {{which}} and {claims.FITS}
  order by {claims.TURN} limit 1) {RETURNING}"""
CLAIM_ONLY = CLAIM_ONE.format(
    which=f"id = :only and status = 'queued' and strikes < {ISOLATE_AFTER}"
)
CLAIM_ISOLATED = CLAIM_ONE.format(which=claims.ISOLATED)
CLAIM_ISOLATED_ONLY = CLAIM_ONE.format(which=f"id = :only and {claims.ISOLATED}")
PARK = f"""
update runs set {claims.LEAVE}, wake_at = :wake_at, waiting_for = :waiting_for, asks = :asks
where id = :run and worker = :worker and status = 'running' and nudge = :nudge"""
STAYS = "select 1 as stays from runs where id = :run and worker = :worker and status = 'running'"
NEXT_WAKE = "select min(wake_at) as next from runs where status = 'waiting' and wake_at > :after"
WAKE = f"""
update runs set {claims.WOKEN} where status = 'waiting' and wake_at <= :now"""
RESULT = f"select {RESULT_COLUMNS} from runs where id = :run and ended_at is not null"


class SqliteQueue:
    """`RunQueue` of one worker."""

    def __init__(self, file: SqliteFile, folder: Path, holding: Holding, clock: Clock) -> None:
        self._file = file
        self._folder = folder
        self._holding = holding
        self._clock = clock
        self._lock: FileLock | None = None

    def now(self) -> float:
        return self._clock.now()

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

    async def claim(
        self, limit: int, only: str | None = None, *, isolated: bool = False
    ) -> list[ClaimedRun]:
        worker = self._holding.required_worker()
        queued = await find(self._file, ANY_ISOLATED if isolated else ANY_QUEUED)
        if queued is None or not (isolated or queued["free"] or queued["counted"]):
            return []
        values = {"worker": worker, "at": self._clock.now()}
        async with self._file.transaction() as session:
            if not await session.fetch(ALIVE, worker=worker):
                raise self._holding.fenced(worker)
            if isolated:
                one = CLAIM_ISOLATED if only is None else CLAIM_ISOLATED_ONLY
                rows = await session.fetch(one, **values, only=only)
            elif only is not None:
                rows = await session.fetch(CLAIM_ONLY, **values, only=only)
            else:
                some = CLAIM_COUNTED if queued["counted"] else CLAIM_ANY
                rows = await session.fetch(some, **values, limit=limit)
        rows.sort(key=lambda row: (-row["prio"], row["vt"], row["seq"]))
        return [self._hold(row) for row in rows]

    def _hold(self, row: Record) -> ClaimedRun:
        self._holding.runs[row["id"]] = HeldRun(row["seq"], row["owner"])
        return claimed(row)

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        worker = self._holding.required_worker()
        left: set[str] = set()
        async with self._file.transaction() as session:
            for parking in parkings:
                values = parking._asdict() | {"waiting_for": encode(parking.waiting_for)}
                here = {"run": parking.run, "worker": worker}
                if await session.execute(PARK, **values, worker=worker) or not (
                    await session.fetch(STAYS, **here)
                ):
                    left.add(parking.run)
        for run in left:
            self._holding.runs.pop(run, None)
        return left

    async def wake(self) -> float | None:
        now = self._clock.now()
        row = await find(self._file, NEXT_WAKE, after=0.0)
        if row is not None and row["next"] is not None and row["next"] <= now:
            async with self._file.transaction() as session:
                await session.execute(WAKE, now=now)
            row = await find(self._file, NEXT_WAKE, after=now)
        return None if row is None or row["next"] is None else row["next"] - now

    async def nudged(self) -> list[Nudged]:
        worker = self._holding.required_worker()
        return [claims.nudged(row) for row in await self._file.fetch(claims.NUDGED, worker=worker)]

    async def signals(self, run: str, after: int = 0) -> list[Signal]:
        return await inbox.read(self._file, run, after)

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        found = [await find(self._file, RESULT, run=run) for run in runs]
        return [result(row) for row in found if row is not None]

    async def tell_relatives(self) -> list[str]:
        return await family.tell_relatives(self._file, self._clock.now())

    async def isolated(self) -> int:
        row = await find(self._file, claims.COUNT_ISOLATED)
        return row["isolated"] if row else 0

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
                        struck = await session.fetch(STRIKE, worker=row["id"])
                        freed += [run["id"] for run in struck]
            finally:
                lock.release(remove=True)
        await pauses.quarantine(self._file, self._clock.now())
        return freed

    async def unregister(self) -> None:
        worker, self._holding.worker = self._holding.worker, None
        self._holding.runs.clear()
        if worker is not None:
            async with self._file.transaction() as session:
                if await session.fetch(ALIVE, worker=worker):
                    await session.fetch(GIVE_BACK, worker=worker)
                    await session.execute(UNREGISTER, worker=worker)
        if self._lock is not None:
            self._lock.release(remove=True)
            self._lock = None

"""Who runs which run, in memory: a worker lives until it is told to `vanish`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy

from luban.model.run import ENDED, RunStatus, Wait, WaitKind
from luban.ports.clock import Clock
from luban.ports.journal import (
    ISOLATE_AFTER,
    QUARANTINE_AFTER,
    ClaimedRun,
    Fenced,
    Nudged,
    Parking,
    RunResult,
    Signal,
)
from luban.storage.memory.family import cancel, tell_relatives
from luban.storage.memory.tables import QueuedRun, Tables
from luban.storage.memory.turns import requeue, turn


class MemoryQueue:
    """`RunQueue` of one worker."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock
        self._worker: int | None = None

    def required_worker(self) -> int:
        """The fencing token. Raises `Fenced` if this worker is not registered (any more)."""
        if self._worker is None or not self._tables.workers.get(self._worker):
            raise Fenced(worker=str(self._worker or "?"))
        return self._worker

    def holds(self, run: str) -> bool:
        """Whether this worker has claimed the run and not given it up."""
        record = self._tables.runs.get(run)
        return record is not None and record.worker == self._worker

    def now(self) -> float:
        return self._clock.now()

    async def register(self) -> str:
        self._worker = next(self._tables.worker_ids)
        self._tables.workers[self._worker] = True
        return str(self._worker)

    @property
    def rhythm(self) -> float:
        return 1.0

    @property
    def doubtful(self) -> bool:
        return False

    async def renew(self) -> None:
        self.required_worker()

    async def claim(
        self, limit: int, only: str | None = None, *, isolated: bool = False
    ) -> list[ClaimedRun]:
        worker = self.required_worker()
        queued = [
            record
            for record in self._tables.runs.values()
            if record.run.status is RunStatus.QUEUED
            and only in (None, record.run.id)
            and (record.strikes >= ISOLATE_AFTER) is isolated
        ]
        queued.sort(key=turn)
        return [self._hold(record, worker) for record in self._under_caps(queued, limit)]

    def _under_caps(self, queued: list[QueuedRun], limit: int) -> list[QueuedRun]:
        """The first of them, as many as the caps of their owners and agents allow."""
        running = [one.run for one in self._tables.runs.values() if one.worker is not None]
        owners = Counter(run.owner for run in running)
        agents = Counter((run.owner, run.agent_id) for run in running)
        fitting: list[QueuedRun] = []
        for record in queued:
            if len(fitting) == limit:
                break
            owner, agent = record.run.owner, (record.run.owner, record.run.agent_id)
            caps = self._tables.caps.get(owner)
            if caps and caps.running is not None and owners[owner] >= caps.running:
                continue
            if record.at_once is not None and agents[agent] >= record.at_once:
                continue
            owners[owner] += 1
            agents[agent] += 1
            fitting.append(record)
        return fitting

    def _hold(self, record: QueuedRun, worker: int) -> ClaimedRun:
        run = record.run
        record.worker, record.claims, record.seen = worker, record.claims + 1, record.nudge
        begun = self._clock.now() if run.started_at is None else run.started_at
        record.run = run.model_copy(update={"status": RunStatus.RUNNING, "started_at": begun})
        return ClaimedRun(
            id=run.id,
            owner=run.owner,
            agent_id=run.agent_id,
            version=run.version,
            inputs=deepcopy(run.inputs),
            claims=record.claims,
            cancel_requested=record.cancel_requested,
            pause_requested=record.pause_requested,
            nudge=record.nudge,
            strikes=record.strikes,
            depth=run.depth,
            parent=run.parent,
            options=run.options,
            created_at=run.created_at,
            started_at=begun,
        )

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        worker = self.required_worker()
        left: set[str] = set()
        for parking in parkings:
            record = self._tables.runs.get(parking.run)
            if record is not None and record.worker == worker:
                if record.nudge != parking.nudge:
                    continue
                self._park(record, parking)
            left.add(parking.run)
        return left

    def _park(self, record: QueuedRun, parking: Parking) -> None:
        waits = [Wait.model_validate(wait) for wait in parking.waiting_for]
        record.worker, record.parked = None, True
        record.wake_at, record.asks = parking.wake_at, parking.asks
        if self._has_progressed(record):
            record.strikes = 0
        record.run = record.run.model_copy(
            update={"status": RunStatus.WAITING, "waiting_for": waits}
        )

    async def wake(self) -> float | None:
        now = self._clock.now()
        waiting = [one for one in self._tables.runs.values() if one.wake_at is not None]
        due = [one for one in waiting if one.wake_at is not None and one.wake_at <= now]
        for record in due:
            requeue(self._tables, record)
        left = [one.wake_at - now for one in waiting if one.wake_at is not None]
        return min(left, default=None)

    async def nudged(self) -> list[Nudged]:
        worker = self.required_worker()
        return [
            Nudged(record.run.id, record.nudge, record.cancel_requested, record.pause_requested)
            for record in self._tables.runs.values()
            if record.worker == worker and record.nudge != record.seen
        ]

    async def signals(self, run: str, after: int = 0) -> list[Signal]:
        record = self._tables.runs.get(run)
        inbox = record.inbox if record else []
        return deepcopy([signal for signal in inbox if signal.id > after])

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        found = [self._tables.runs[run].run for run in runs if run in self._tables.runs]
        return [
            RunResult(
                run.id,
                run.status,
                deepcopy(run.outputs),
                run.error,
                run.tokens,
                run.usd,
                run.unpriced,
            )
            for run in found
            if run.status in ENDED
        ]

    async def tell_relatives(self) -> list[str]:
        return tell_relatives(self._tables, self._clock.now())

    async def isolated(self) -> int:
        return sum(
            record.run.status is RunStatus.QUEUED and record.strikes >= ISOLATE_AFTER
            for record in self._tables.runs.values()
        )

    async def reap(self) -> list[str]:
        dead = [worker for worker, alive in self._tables.workers.items() if not alive]
        freed = [record for worker in dead for record in self._forget(worker)]
        for record in freed:
            self._strike(record)
        return [record.run.id for record in freed]

    async def unregister(self) -> None:
        if self._worker is not None:
            self._forget(self._worker)
            self._worker = None

    def vanish(self) -> None:
        """What `kill -9` is to a process: the worker does nothing more, and others may reap it."""
        if self._worker in self._tables.workers:
            self._tables.workers[self._worker] = False

    def _forget(self, worker: int) -> list[QueuedRun]:
        self._tables.workers.pop(worker, None)
        freed = [record for record in self._tables.runs.values() if record.worker == worker]
        for record in freed:
            record.worker = None
            requeue(self._tables, record)
        return freed

    def _strike(self, record: QueuedRun) -> None:
        record.strikes = 1 if self._has_progressed(record) else record.strikes + 1
        rows = self._tables.journal.get(record.run.id, ())
        record.mark = rows[-1].id if rows else 0
        if record.strikes >= QUARANTINE_AFTER:
            kills = {"kills": record.strikes}
            wait = Wait(kind=WaitKind.QUARANTINE, since=self._clock.now(), details=kills)
            waits = [wait, *record.run.waiting_for]
            record.run = record.run.model_copy(
                update={"status": RunStatus.WAITING, "waiting_for": waits}
            )
            if record.cancel_requested:
                cancel(self._tables, record, self._clock.now())

    def _has_progressed(self, record: QueuedRun) -> bool:
        """Whether steps were recorded since the last strike."""
        rows = self._tables.journal.get(record.run.id, ())
        return any(row.id > record.mark and row.node for row in rows)

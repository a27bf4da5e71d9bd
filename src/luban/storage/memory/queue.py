"""Who runs which run, in memory: a worker lives until it is told to `vanish`."""

from __future__ import annotations

from copy import deepcopy

from luban.model.run import RunStatus
from luban.ports.clock import Clock
from luban.ports.journal import ClaimedRun, Fenced
from luban.storage.memory.tables import QueuedRun, Tables


class MemoryQueue:
    """`RunQueue` of one worker."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock
        self._worker: int | None = None

    def required_worker(self) -> int:
        """The fencing token. Raises `Fenced` if this worker is not registered (any more)."""
        if self._worker is None or self._worker not in self._tables.workers:
            raise Fenced(worker=str(self._worker or "?"))
        return self._worker

    def holds(self, run: str) -> bool:
        """Whether this worker has claimed the run and not given it up."""
        record = self._tables.runs.get(run)
        return record is not None and record.worker == self._worker

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

    async def claim(self, limit: int, only: str | None = None) -> list[ClaimedRun]:
        worker = self.required_worker()
        queued = [
            record
            for record in self._tables.runs.values()
            if record.run.status is RunStatus.QUEUED and only in (None, record.run.id)
        ]
        return [self._hold(record, worker) for record in queued[:limit]]

    def _hold(self, record: QueuedRun, worker: int) -> ClaimedRun:
        run = record.run
        record.worker, record.claims = worker, record.claims + 1
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
        )

    async def reap(self) -> list[str]:
        dead = [worker for worker, alive in self._tables.workers.items() if not alive]
        return [run for worker in dead for run in self._forget(worker)]

    async def cancelled(self) -> list[str]:
        worker = self.required_worker()
        return [
            record.run.id
            for record in self._tables.runs.values()
            if record.worker == worker and record.cancel_requested
        ]

    async def unregister(self) -> None:
        if self._worker is not None:
            self._forget(self._worker)
            self._worker = None

    def vanish(self) -> None:
        """What `kill -9` is to a process: the worker does nothing more, and others may reap it."""
        if self._worker in self._tables.workers:
            self._tables.workers[self._worker] = False

    def _forget(self, worker: int) -> list[str]:
        self._tables.workers.pop(worker, None)
        freed: list[str] = []
        for record in self._tables.runs.values():
            if record.worker == worker:
                record.worker = None
                record.run = record.run.model_copy(update={"status": RunStatus.QUEUED})
                freed.append(record.run.id)
        return freed

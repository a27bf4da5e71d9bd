"""What the engine needs stored: the record of runs, and the queue they are claimed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from luban.model.errors import LubanError
from luban.model.events import Row
from luban.model.run import RunStatus


class Fenced(LubanError):
    """This worker was declared dead and its runs given to others; it must stop writing."""

    code = "worker_fenced"
    status = 409
    en = "The worker {worker} was silent for too long, and its runs went to another worker."
    zh = "工作进程 {worker} 失联过久，它的运行已交给其他工作进程。"


class StorageFull(LubanError):
    """The disk, or the quota, has no room left; nothing of the batch was written."""

    code = "storage_full"
    status = 507
    retryable = True
    en = "There is no room left in {place}: {cause}. Free some space; runs go on by themselves."
    zh = "{place} 没有剩余空间：{cause}。请腾出空间，运行会自动继续。"


class Recorded(NamedTuple):
    """A row as read back; `id` grows within a run in the order of its events."""

    id: int
    kind: str
    node: str
    iteration: int
    data: bytes


class RunChange(NamedTuple):
    """What becomes of a run's own record, written in the same transaction as the rows.

    A status that ends or parks the run also gives it up: it has no owner worker any more.
    """

    run: str
    status: RunStatus
    steps: int
    at: float
    outputs: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    starved: list[dict[str, Any]] | None = None
    waiting_for: dict[str, Any] | None = None


class ClaimedRun(NamedTuple):
    """A run now owned by the claiming worker; `claims` counts how often it was claimed."""

    id: str
    owner: str
    agent_id: str
    version: int
    inputs: dict[str, Any]
    claims: int
    cancel_requested: bool


class Journal(Protocol):
    """Events of runs in the order they happened."""

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        """Writes a batch as one transaction: durable and visible when this returns, or not at all.

        Raises `Fenced` if this worker lost its runs, and `StorageFull`. After an error that may
        pass, the same rows must be given again: they may have been stored already.
        """
        ...

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        """Rows of a run with ids greater than `after`, oldest first."""
        ...


class RunQueue(Protocol):
    """Runs waiting for a worker, and workers known to be alive.

    One object stands for one worker; `register` gives it its identity, which fences what an
    earlier process with the same name might still write.
    """

    async def register(self) -> str:
        """Makes this worker known and returns its id."""
        ...

    @property
    def rhythm(self) -> float:
        """Seconds between two calls of `renew` and `reap`."""
        ...

    @property
    def doubtful(self) -> bool:
        """Whether this worker may have been declared dead meanwhile; a commit finds out."""
        ...

    async def renew(self) -> None:
        """Shows that this worker lives. Raises `Fenced` if it was declared dead."""
        ...

    async def claim(self, limit: int, only: str | None = None) -> list[ClaimedRun]:
        """Takes up to `limit` queued runs, oldest first; `only` takes just that run."""
        ...

    async def reap(self) -> list[str]:
        """Puts runs of dead workers back in the queue; returns their ids."""
        ...

    async def cancelled(self) -> list[str]:
        """Runs of this worker whose cancellation was asked for."""
        ...

    async def unregister(self) -> None:
        """Gives unfinished runs back to the queue and forgets this worker."""
        ...

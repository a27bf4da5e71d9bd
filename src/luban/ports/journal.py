"""What the engine needs stored: the record of runs, and the queue they are claimed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from luban.model.errors import LubanError
from luban.model.events import Row
from luban.model.run import ParentStep, RunOptions, RunStatus

ISOLATE_AFTER = 2
"""Strikes after which a run is only taken by a worker of its own."""
QUARANTINE_AFTER = 5
"""Strikes after which nobody takes a run until its owner lets it go on."""


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

    An end, or a pause for its owner (`WAITING`), also gives the run up: it has no worker any more.
    `RUNNING` only tells how far it has come and what its steps wait for (`waiting_for`, of which
    `asks` need a person). `tokens` and `usd` are what it took so far, `unpriced` the calls whose
    price is unknown.
    """

    run: str
    status: RunStatus
    steps: int
    at: float
    outputs: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    starved: list[dict[str, Any]] | None = None
    waiting_for: list[dict[str, Any]] | None = None
    asks: int = 0
    tokens: int = 0
    usd: float = 0.0
    unpriced: int = 0


class Parking(NamedTuple):
    """A run that wants to leave its worker until `wake_at`, a signal, or for good.

    `nudge` is what its worker has seen; when the run was nudged since, it stays.
    """

    run: str
    nudge: int
    wake_at: float | None
    waiting_for: list[dict[str, Any]]
    asks: int = 0


class ClaimedRun(NamedTuple):
    """A run now owned by the claiming worker.

    `claims` counts how often it was claimed; a fork counts from 1, for it has a journal to begin
    with. `strikes` counts the workers that died with it in a row, while it made no progress.
    """

    id: str
    owner: str
    agent_id: str
    version: int
    inputs: dict[str, Any]
    claims: int
    cancel_requested: bool
    pause_requested: bool = False
    nudge: int = 0
    strikes: int = 0
    depth: int = 0
    parent: ParentStep | None = None
    options: RunOptions | None = None
    created_at: float = 0.0
    started_at: float = 0.0


class Nudged(NamedTuple):
    """Something came for a run: a signal, the end of a run it asked for, a wish of its owner."""

    run: str
    nudge: int
    cancel_requested: bool
    pause_requested: bool


class Signal(NamedTuple):
    """A message to a run, kept until the run is over; `id` grows in the order of sending."""

    id: int
    key: str
    data: Any


class RunResult(NamedTuple):
    """How a run ended, as the run that asked for it needs it."""

    run: str
    status: RunStatus
    outputs: dict[str, Any]
    error: dict[str, Any] | None
    tokens: int
    usd: float
    unpriced: int = 0


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

    def now(self) -> float:
        """Unix time by the store's clock, as near as it is known: the one by which runs wake.

        The clock of a worker's own machine may be wrong, or be set while it works.
        """
        ...

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

    async def claim(
        self, limit: int, only: str | None = None, *, isolated: bool = False
    ) -> list[ClaimedRun]:
        """Takes up to `limit` queued runs; `only` takes just that run.

        Higher priorities come first, then owners get equal turns, by their virtual time; nobody
        gets more runs under way than the caps of owner and agent allow. Runs that killed
        `ISOLATE_AFTER` workers are taken by an `isolated` worker only, which takes no others.
        """
        ...

    async def reap(self) -> list[str]:
        """Puts runs of dead workers back in the queue; returns their ids.

        A run that made no progress since the last time gets a strike, one that did begins anew
        with one; at `QUARANTINE_AFTER` it waits for its owner instead.
        """
        ...

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        """Lets runs of this worker wait without it; those nudged meanwhile stay. Their ids."""
        ...

    async def wake(self) -> float | None:
        """Puts parked runs whose time has come back in the queue, by the store's clock.

        Returns the seconds until the next of them is due, `None` if there is none.
        """
        ...

    async def nudged(self) -> list[Nudged]:
        """Runs of this worker that were ever nudged since they were claimed."""
        ...

    async def signals(self, run: str, after: int = 0) -> list[Signal]:
        """What was sent to a run, oldest first."""
        ...

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        """The ends of those of the runs that have ended."""
        ...

    async def tell_relatives(self) -> list[str]:
        """Nudges the parents of runs that have ended, and cancels what ended runs had started.

        Every worker may ask at any time; a parent is told once, and parked ones are put back in
        the queue. Returns the ids of all runs this changed.
        """
        ...

    async def isolated(self) -> int:
        """How many queued runs only an isolated worker may take."""
        ...

    async def unregister(self) -> None:
        """Gives unfinished runs back to the queue and forgets this worker."""
        ...

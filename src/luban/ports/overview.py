"""How an installation stands, of all owners together: for administrators, metrics and health."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class QueueDepth(NamedTuple):
    """Runs that are not over, by status; `oldest` is since when the longest queued one waits."""

    queued: int = 0
    running: int = 0
    waiting: int = 0
    oldest: float | None = None


class WorkerRow(NamedTuple):
    """A process that runs runs. `lease` is until when it may be silent, where there are leases."""

    id: int
    started_at: float
    lease: float | None
    dead: bool
    running: int


class StuckRun(NamedTuple):
    """A run that does not get on by itself: nobody takes it, or its owner must do something."""

    id: str
    owner: str
    agent_id: str
    status: str
    reason: str
    """quarantined, stands (paused or at a limit), struck (killed a worker) or queued."""
    since: float
    strikes: int


class Sizes(NamedTuple):
    """How much is stored, in bytes, and how many of each."""

    database: int
    files: int
    counts: dict[str, int]


class OverviewStore(Protocol):
    """Questions to the store as a whole; whoever asks may see everything."""

    async def ping(self) -> None:
        """Returns if the store answers. Raises what it raises."""
        ...

    async def depth(self) -> QueueDepth: ...

    async def workers(self) -> list[WorkerRow]: ...

    async def stuck(self, before: float, limit: int = 100) -> list[StuckRun]:
        """Runs that stand for their owner, were struck, or are queued since `before`."""
        ...

    async def sizes(self) -> Sizes: ...

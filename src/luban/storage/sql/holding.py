"""Which runs this worker holds: what lets its journal refuse a row before the database must."""

from __future__ import annotations

from typing import NamedTuple

from luban.ports.journal import Fenced


class HeldRun(NamedTuple):
    """The short key of a run in the journal, and whose it is."""

    seq: int
    owner: str


class Holding:
    """Shared by the queue that claims runs and the journal that writes them.

    `worker` is the fencing token; `None` before registering and after being fenced.
    """

    def __init__(self) -> None:
        self.worker: int | None = None
        self.runs: dict[str, HeldRun] = {}

    def owner_of(self, run: str) -> str:
        """Whose a run is that this worker holds."""
        return self.runs[run].owner

    def required_worker(self) -> int:
        """The token. Raises `Fenced` when this worker is not registered (any more)."""
        if self.worker is None:
            raise Fenced(worker="?")
        return self.worker

    def fenced(self, worker: int | None) -> Fenced:
        """The error to raise when this worker lost its runs; what it held is let go.

        A transaction may find that out late, when another identity has begun: that one stays.
        """
        if worker == self.worker:
            self.worker = None
            self.runs.clear()
        return Fenced(worker=str(worker))

"""Group commit: what is put while one batch is being written goes out together as the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from luban.model.errors import LubanError
from luban.model.events import Row
from luban.ports.journal import Fenced, Journal, RunChange

log = logging.getLogger(__name__)

_BACKLOG, _BACKLOG_BYTES = 1024, 64 << 20
"""Rows, and bytes, that may wait for the store before runs do."""


class JournalWriter:
    """Writes rows of all runs of a worker in the order they were put, in numbered batches.

    There is no timer: an idle writer commits at once, a busy one commits larger batches.
    `durable` is the number of the last batch known to be stored; `pause` the seconds until a store
    that is full or busy is asked again; `doubtful` tells whether this worker may have lost its
    runs, which `assure` finds out.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        on_commit: Callable[[set[str]], None],
        on_fenced: Callable[[Fenced], None],
        doubtful: Callable[[], bool] = lambda: False,
        pause: float = 1.0,
    ) -> None:
        self.durable = 0
        self._journal = journal
        self._on_commit = on_commit
        self._on_fenced = on_fenced
        self.doubtful = doubtful
        self._rows: list[Row] = []
        self._bytes = 0
        self._asked = False
        self._changes: dict[str, RunChange] = {}
        self._filling: int = 1
        self._waiters: dict[int, list[asyncio.Future[None]]] = {}
        self._draining: asyncio.Task[None] | None = None
        self._fenced: Fenced | None = None
        self._closing = False
        self._pause = pause

    @property
    def is_behind(self) -> bool:
        """Whether so much waits for the store that runs should wait too."""
        return len(self._rows) > _BACKLOG or self._bytes > _BACKLOG_BYTES

    def put(self, row: Row, change: RunChange | None = None) -> int:
        """Adds a row, and what becomes of its run, to the open batch; returns its number.

        Raises `Fenced`.
        """
        if self._fenced is not None:
            raise self._fenced
        self._rows.append(row)
        self._bytes += len(row.data)
        if change is not None:
            self._changes[change.run] = change  # a later one says all that an earlier one did
        if self._draining is None:
            self._begin()
        return self._filling

    def add(self, change: RunChange) -> int:
        """Adds what becomes of a run to the open batch, which must hold a row of it."""
        self._changes[change.run] = change
        return self._filling

    async def assure(self, batch: int) -> None:
        """As `wait`; this worker is also certain to hold its runs. Raises `Fenced`."""
        await self.wait(batch)
        while self.doubtful():  # also when the wait itself took that long
            self._asked = True
            if self._draining is None:
                self._begin()
            await self.wait(self._filling)

    async def wait(self, batch: int) -> None:
        """Returns once the batch of this number is stored. Raises `Fenced`."""
        if self._fenced is not None:
            raise self._fenced
        if batch <= self.durable:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(batch, []).append(waiter)
        await waiter

    async def close(self) -> None:
        """Returns when everything put so far is stored, or cannot be."""
        self._closing = True
        if self._draining is not None:
            await self._draining

    def fence(self, fenced: Fenced) -> None:
        """Writes nothing from now on: the runs belong to others."""
        self._fenced = fenced
        self._rows, self._changes = [], {}
        for waiter in (each for waiters in self._waiters.values() for each in waiters):
            if not waiter.done():
                waiter.set_exception(fenced)
        self._waiters.clear()

    def _begin(self) -> None:
        self._draining = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while self._rows or self._asked:
            rows, changes, batch = self._rows, self._changes, self._filling
            self._rows, self._changes, self._asked, self._bytes = [], {}, False, 0
            self._filling = batch + 1
            if not await self._commit(rows, list(changes.values())):
                break
            self.durable = batch
            for waiter in self._waiters.pop(batch, ()):
                if not waiter.done():  # its step was cancelled meanwhile
                    waiter.set_result(None)
            self._on_commit({row.run for row in rows})
        self._draining = None

    async def _commit(self, rows: list[Row], changes: list[RunChange]) -> bool:
        """Whether the batch is stored; while there is no room or no turn, runs stand still."""
        while self._fenced is None:
            try:
                await self._journal.commit(rows, changes)
            except Fenced as fenced:
                return self._give_up(fenced)
            except LubanError as error:
                log.error("%s", error)  # nothing was written
                if self._closing or not error.retryable:
                    return self._give_up(Fenced(worker="?"))
                await asyncio.sleep(self._pause)
            else:
                return True
        return False

    def _give_up(self, fenced: Fenced) -> bool:
        """What was not stored did not happen; whoever takes up the runs goes on from before."""
        if self._fenced is None:
            self.fence(fenced)
            self._on_fenced(fenced)
        return False

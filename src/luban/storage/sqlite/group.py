"""Transactions that are committed together: those of one turn of the event loop cost one commit."""

from __future__ import annotations

import asyncio
import sqlite3

JOIN = "savepoint one_of_many"
STAY = "release one_of_many"
LEAVE = "rollback to one_of_many"


class Group:
    """Transactions that are whole, and wait for the commit that makes them last."""

    __slots__ = ("_end", "committing", "due")

    def __init__(self) -> None:
        self._end: asyncio.Future[sqlite3.Error | None] = asyncio.get_running_loop().create_future()
        self.due = False
        """Whether the one that writes just now commits when it is done."""
        self.committing: asyncio.Task[None] | None = None

    def end(self, failed: sqlite3.Error | None) -> None:
        """They are committed, or all of them are lost."""
        if not self._end.done():
            self._end.set_result(failed)

    async def ended(self) -> sqlite3.Error | None:
        """Why they were lost; `None` if they were not. One who no longer waits is not undone."""
        try:
            return await asyncio.shield(self._end)
        except asyncio.CancelledError:
            await asyncio.wait([self._end])
            raise

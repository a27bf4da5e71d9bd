"""Connections to one SQLite file: one that writes, inside the event loop, and two that read."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

from luban.storage.sql.database import Paged, Record
from luban.storage.sqlite.checkpoint import Checkpoints
from luban.storage.sqlite.failures import FAILED, is_busy, translate
from luban.storage.sqlite.group import JOIN, LEAVE, STAY, Group

T = TypeVar("T")
Durability = Literal["process", "power"]
"""`process`: what was committed survives `kill -9`; `power`: also a power cut, one fsync each."""

PATIENCE = 30.0
"""Seconds to wait for another process before giving up."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05


class SqliteFile:
    """`Database` over one file. Statements run in the event loop: they take 15 to 200 µs.

    A thread would cost more than it saves; only long reads, and commits that wait for the disk
    (`power`), go to one. Transactions come one after the other; those of one turn of the loop are
    committed together, each undone by itself if it fails.
    """

    def __init__(self, path: Path, durability: Durability = "process") -> None:
        self.place = str(path)
        self._in_thread = durability == "power"
        self.writer = _connect(path, "full" if durability == "power" else "normal")
        self._reader = _connect(path, "normal", query_only=True)
        self._long_reader = _connect(path, "normal", query_only=True)
        self._writing = asyncio.Lock()
        self._group: Group | None = None
        self._reading_long = asyncio.Lock()
        # One thread each for a commit, a long read and the copying of the log.
        self._threads = ThreadPoolExecutor(3, thread_name_prefix="luban-sqlite")
        self._checkpoints = Checkpoints(path, self.writer, self._threads)

    def transaction(self) -> Transaction:
        """A transaction of the writer; a second one waits for the first."""
        return Transaction(self)

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        """A short read of what was committed."""
        return await self._patiently(lambda: self._reader.execute(statement, values).fetchall())

    async def page(
        self, items: str, total: str, /, *, limit: int, offset: int, **values: Any
    ) -> Paged:
        """A long read, in a thread; both answers are of the same instant."""
        part = {**values, "limit": limit, "offset": offset}

        def read() -> Paged:
            reader = self._long_reader
            reader.execute("begin")
            try:
                rows = reader.execute(items, part).fetchall()
                return Paged(rows, reader.execute(total, values).fetchone()["total"])
            finally:
                reader.execute("rollback")

        async with self._reading_long:
            try:
                return await self._in_its_own_thread(read)
            except FAILED as error:
                raise translate(error, self.place) from error

    async def begin(self) -> None:
        """Waits for its turn; what others have just written may still be waiting for its commit."""
        await self._writing.acquire()
        try:
            if self._group is None:
                await self._patiently(lambda: self.writer.execute("begin immediate"))
            else:
                self.writer.execute(JOIN)
        except BaseException:
            self._writing.release()
            raise

    async def end(self, error: BaseException | None) -> None:
        """Returns when it is committed; rolls back if there was an error.

        Raises what SQLite's errors mean.
        """
        try:
            if error is not None:
                self._give_up(error)
                return
            group = self._written()
        finally:
            self._writing.release()
        if (failed := await group.ended()) is not None:
            raise translate(failed, self.place) from failed

    def _written(self) -> Group:
        """The transaction is whole: it is committed with those that others begin meanwhile."""
        group = self._group
        if group is None:
            group = self._group = Group()
            asyncio.get_running_loop().call_soon(self._commit_soon, group)
        else:
            self.writer.execute(STAY)
            if group.due:
                self._commit()
        return group

    def _give_up(self, error: BaseException) -> None:
        group = self._group
        if not self.writer.in_transaction:  # a full disk may have ended it already, for all
            self._group = None
            if group is not None:
                group.end(_end_of_all(error))
        elif group is None:
            self.writer.execute("rollback")
        else:
            self.writer.execute(LEAVE)
            self.writer.execute(STAY)
            if group.due:
                self._commit()
        if isinstance(error, FAILED):
            raise translate(error, self.place) from error

    def _commit_soon(self, group: Group) -> None:
        if group is not self._group:
            return
        if self._in_thread:
            group.committing = asyncio.create_task(self._commit_in_thread())
        elif self._writing.locked():
            group.due = True  # whoever writes just now will commit
        else:
            self._commit()

    async def _commit_in_thread(self) -> None:
        async with self._writing:
            self._committed(await self._in_its_own_thread(self._try_commit))

    def _commit(self) -> None:
        self._committed(self._try_commit())

    def _try_commit(self) -> sqlite3.Error | None:
        try:
            self.writer.execute("commit")
        except sqlite3.Error as error:
            if self.writer.in_transaction:
                self.writer.execute("rollback")
            return error
        return None

    def _committed(self, failed: sqlite3.Error | None) -> None:
        group, self._group = self._group, None
        if failed is None:
            self._checkpoints.committed()
        if group is not None:
            group.end(failed)

    async def _in_its_own_thread(self, act: Callable[[], T]) -> T:
        doing = asyncio.get_running_loop().run_in_executor(self._threads, act)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            # The thread cannot be stopped, and the connection is its own until it is done.
            await asyncio.wait([doing])
            raise

    async def _patiently(self, act: Callable[[], T]) -> T:
        """Tries again while another process holds the lock, without holding up the event loop."""
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                return act()
            except FAILED as error:
                if not is_busy(error) or waited >= PATIENCE:
                    raise translate(error, self.place, waited) from error
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(pause * 2, _LONGEST_PAUSE)

    async def close(self) -> None:
        async with self._writing:
            if self._group is not None:
                self._commit()
            self._threads.shutdown(wait=True)
            self._checkpoints.close()
            for connection in (self._long_reader, self._reader, self.writer):
                connection.close()


def _end_of_all(error: BaseException) -> sqlite3.Error:
    lost = sqlite3.OperationalError("the transaction was ended by another")
    return error if isinstance(error, sqlite3.Error) else lost


class Transaction:
    """One transaction of the writer, and the session within it."""

    __slots__ = ("_file",)

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def __aenter__(self) -> Transaction:
        await self._file.begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._file.end(error)

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        return self._file.writer.execute(statement, values).fetchall()

    async def execute(self, statement: str, /, **values: Any) -> int:
        return self._file.writer.execute(statement, values).rowcount

    async def execute_many(self, statement: str, values: Sequence[dict[str, Any]], /) -> None:
        self._file.writer.executemany(statement, values)


def _connect(path: Path, synchronous: str, *, query_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0.002, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    connection.execute(f"pragma synchronous = {synchronous}")
    if query_only:
        connection.execute("pragma query_only = on")
    return connection

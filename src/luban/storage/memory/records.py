"""Records without a file: the statements of the databases over SQLite's own memory.

What is small and seldom needs no second implementation to be kept in memory; what the engine
touches per step does, and lies in `tables`.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from luban.storage.migrations.snapshot import create
from luban.storage.sql.database import Paged, Record


class MemoryRecords:
    """`Database` of the SQL stores; made when first used, gone with the process."""

    def __init__(self) -> None:
        self._opened: sqlite3.Connection | None = None
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[_Session]:
        async with self._writing:
            connection = self._connection
            connection.execute("begin")
            try:
                yield _Session(connection)
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        async with self._writing:  # there is one connection, which would see what is half done
            return self._connection.execute(statement, values).fetchall()

    async def page(
        self, items: str, total: str, /, *, limit: int, offset: int, **values: Any
    ) -> Paged:
        async with self._writing:
            rows = self._connection.execute(items, {**values, "limit": limit, "offset": offset})
            return Paged(
                rows.fetchall(), self._connection.execute(total, values).fetchone()["total"]
            )

    def __del__(self) -> None:
        if self._opened is not None:
            self._opened.close()

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = sqlite3.connect(
                ":memory:", isolation_level=None, check_same_thread=False
            )
            self._opened.row_factory = sqlite3.Row
            self._opened.execute("pragma foreign_keys = on")
            create(self._opened)
        return self._opened


class _Session:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        return self._connection.execute(statement, values).fetchall()

    async def execute(self, statement: str, /, **values: Any) -> int:
        return self._connection.execute(statement, values).rowcount

    async def execute_many(self, statement: str, values: Sequence[dict[str, Any]], /) -> None:
        self._connection.executemany(statement, values)

"""Databases of others: PostgreSQL, MySQL, SQL Server, SQLite files, Redis.

Each driver is loaded by the first statement for it, and connects to the address that the guard of
outgoing requests gave, never to a name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from luban.ports.databases import (
    Addresses,
    RedisServer,
    SqliteFile,
    SqlPart,
    SqlServer,
    Statement,
)

__all__ = ["OutsideDatabases"]


class OutsideDatabases:
    """`Databases` of the block author's kit."""

    def __init__(self, addresses: Addresses, sqlite_paths: Sequence[Path] = ()) -> None:
        self._addresses = addresses
        self._sqlite_paths = sqlite_paths

    async def read(
        self,
        place: SqlServer | SqliteFile,
        statement: Statement,
        values: Mapping[str, Any],
        *,
        seconds: float,
        most: int,
    ) -> AsyncIterator[SqlPart]:
        if isinstance(place, SqliteFile):
            from luban.storage.outside.sqlite_file import SqliteClient

            client = SqliteClient(self._sqlite_paths)
            parts = client.read(place, statement, values, seconds, most)
        else:
            parts = self._client(place).read(place, statement, values, seconds, most)
        async for part in parts:
            yield part

    async def write(
        self,
        server: SqlServer,
        statement: Statement,
        sets: Sequence[Mapping[str, Any]],
        *,
        seconds: float,
        most: int,
    ) -> SqlPart:
        return await self._client(server).write(server, statement, sets, seconds, most)

    async def redis(self, server: RedisServer, *words: str | bytes | int | float) -> Any:
        from luban.storage.outside.redis_server import RedisClient

        return await RedisClient(self._addresses).command(server, words)

    def _client(self, server: SqlServer) -> Any:
        match server.dialect:
            case "postgresql":
                from luban.storage.outside.postgresql import PostgresqlClient

                return PostgresqlClient(self._addresses)
            case "mysql":
                from luban.storage.outside.mysql import MysqlClient

                return MysqlClient(self._addresses)
            case "mssql":
                from luban.storage.outside.mssql import MssqlClient

                return MssqlClient(self._addresses)
            case "sqlite":
                raise ValueError("a SQLite file is no server")

"""PostgreSQL databases of others."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from luban.ports.databases import Addresses, SqlPart, SqlServer, Statement
from luban.storage.outside.errors import (
    NotEncrypted,
    OutsideRefused,
    OutsideUnreachable,
    SqlFailed,
    SqlReadOnly,
    SqlTimedOut,
)
from luban.storage.outside.pinned_tls import context_of, pinned
from luban.storage.outside.plain_values import as_json, told_apart
from luban.storage.outside.postgres_values import bound

_AT_ONCE = 200
_CONNECTING = 15


class PostgresqlClient:
    """Each statement has a connection of its own, in one transaction."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses

    async def read(
        self,
        server: SqlServer,
        statement: Statement,
        values: Mapping[str, Any],
        seconds: float,
        most: int,
    ) -> AsyncIterator[SqlPart]:
        async with self._line(server, seconds) as line, line.transaction(readonly=True):
            prepared = await line.prepare(_text(statement))
            arguments = bound(prepared.get_parameters(), statement.names, values)
            columns = told_apart(each.name for each in prepared.get_attributes())
            cursor = await prepared.cursor(*arguments)
            yield SqlPart(columns, [])
            left = most
            while left and (rows := await cursor.fetch(min(left, _AT_ONCE))):
                yield SqlPart(columns, [tuple(map(as_json, row)) for row in rows])
                left -= len(rows)

    async def write(
        self,
        server: SqlServer,
        statement: Statement,
        sets: Sequence[Mapping[str, Any]],
        seconds: float,
        most: int,
    ) -> SqlPart:
        rows: list[tuple[Any, ...]] = []
        affected, columns = 0, ()
        async with self._line(server, seconds) as line, line.transaction():
            prepared = await line.prepare(_text(statement))
            columns = told_apart(each.name for each in prepared.get_attributes())
            for values in sets:
                arguments = bound(prepared.get_parameters(), statement.names, values)
                found = await prepared.fetch(*arguments)
                rows += [tuple(map(as_json, row)) for row in found[: most - len(rows)]]
                affected += _affected(prepared.get_statusmsg())
        return SqlPart(columns, rows, affected)

    @asynccontextmanager
    async def _line(self, server: SqlServer, seconds: float) -> AsyncIterator[Any]:
        """A connection for so many seconds, after which the server stops by itself too."""
        import asyncpg

        place = f"{server.host}:{server.port}"
        line: Any = None
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                line = await self._connected(server, place, seconds)
                yield line
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise SqlTimedOut(seconds=seconds) from error
        except asyncpg.QueryCanceledError as error:
            raise SqlTimedOut(seconds=seconds) from error
        except asyncpg.ReadOnlySQLTransactionError as error:
            raise SqlReadOnly(cause=_said(error)) from error
        except asyncpg.PostgresConnectionError as error:
            raise OutsideUnreachable(place=place, cause=_said(error)) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise SqlFailed(cause=_said(error)) from error
        finally:
            if line is not None:
                # Not waited for: a server that does not answer must not hold the step.
                line.terminate()

    async def _connected(self, server: SqlServer, place: str, seconds: float) -> Any:
        import asyncpg

        address = await pinned(self._addresses, server)
        try:
            line = await asyncpg.connect(
                host=address,
                port=server.port,
                user=server.user,
                password=server.password,  # given also if empty: none of this machine's own
                database=server.database,
                ssl=context_of(server.security, server.host) or False,
                timeout=_CONNECTING,
                statement_cache_size=0,
                server_settings={
                    "application_name": "luban",
                    "statement_timeout": str(int(seconds * 1000)),
                    "standard_conforming_strings": "on",
                },
            )
            for kind in ("json", "jsonb"):
                await line.set_type_codec(
                    kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
                )
            return line
        except (
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
            asyncpg.InsufficientPrivilegeError,
        ) as error:
            raise OutsideRefused(place=place, cause=_said(error)) from error
        except (ssl.SSLError, ConnectionError) as error:
            if isinstance(error, ssl.SSLError) or "SSL" in str(error):
                raise NotEncrypted(place=place, cause=_said(error)) from error
            raise OutsideUnreachable(place=place, cause=_said(error)) from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise OutsideUnreachable(place=place, cause=_said(error)) from error


def _text(statement: Statement) -> str:
    """A name that comes twice is one parameter."""
    names = list(dict.fromkeys(statement.names))
    return statement.text(lambda _, name: f"${names.index(name) + 1}")


def _affected(told: str) -> int:
    """Of `INSERT 0 3`; `SELECT 3` changed nothing."""
    number = told.rpartition(" ")[2]
    return int(number) if number.isdigit() and not told.startswith("SELECT") else 0


def _said(error: BaseException) -> str:
    return str(error).split("\n", 1)[0] or type(error).__name__

"""MySQL and MariaDB databases of others."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from luban.model.values import encode
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

_CONNECTING = 15
_AT_ONCE = 200
# Numbers of errors, from the manual's "Server Error Message Reference".
_REFUSED = frozenset({1044, 1045, 1049, 1130, 1698, 1862})
_STOPPED = frozenset({1317, 1969, 3024})
_READ_ONLY = frozenset({1792, 1290})


class MysqlClient:
    """Statements are prepared on the server: it gets values apart, and one statement at a time."""

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
        async with self._line(server, seconds) as line:
            await line.query(f"set session sql_select_limit = {int(most)}")
            # For the session too: what ends a transaction by itself, such as DDL, would be free.
            await line.query("set session transaction read only")
            await line.query("start transaction read only")
            async with await line.prepare(statement.text(lambda *_: "?")) as prepared:
                result = await prepared.execute(_arguments(statement, values))
            columns, rows = _columns(result), list(result.rows or ())[:most]
            for start in range(0, len(rows) or 1, _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                yield SqlPart(columns, [tuple(map(as_json, row)) for row in part])
            await line.query("rollback")

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
        async with self._line(server, seconds) as line:
            await line.query("start transaction")
            async with await line.prepare(statement.text(lambda *_: "?")) as prepared:
                for values in sets:
                    result = await prepared.execute(_arguments(statement, values))
                    columns = _columns(result) or columns
                    if result.rows is None:
                        affected += result.affected_rows
                    else:
                        affected += len(result.rows)
                        rows += [tuple(map(as_json, each)) for each in result.rows]
            await line.query("commit")
        return SqlPart(columns, rows[:most], affected)

    @asynccontextmanager
    async def _line(self, server: SqlServer, seconds: float) -> AsyncIterator[Any]:
        from asyncmy import errors

        place = f"{server.host}:{server.port}"
        line: Any = None
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                line = await self._connected(server, place)
                try:
                    yield line
                except asyncio.CancelledError:
                    # The driver only hangs up; the server would go on to the end.
                    await asyncio.shield(self._stop(server, line.thread_id()))
                    raise
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise SqlTimedOut(seconds=seconds) from error
        except errors.MySQLError as error:
            raise _meant(error, place, seconds) from error
        finally:
            if line is not None:
                line.close()

    async def _stop(self, server: SqlServer, thread: int) -> None:
        """Tells the server, over another connection, to stop what the first one asked for."""
        with suppress(Exception):  # whatever happens here, the step has ended already
            async with asyncio.timeout(5):
                other = await self._connected(server, "")
                try:
                    await other.query(f"kill query {int(thread)}")
                finally:
                    other.close()

    async def _connected(self, server: SqlServer, place: str) -> Any:
        import asyncmy
        from asyncmy import errors

        address = await pinned(self._addresses, server)
        try:
            return await asyncmy.connect(
                host=address,
                port=server.port,
                user=server.user,
                password=server.password,
                database=server.database or None,
                charset="utf8mb4",
                ssl=context_of(server.security, server.host),
                connect_timeout=_CONNECTING,
                local_infile=False,
                autocommit=False,
                init_command="set session sql_mode = concat(@@sql_mode, ',STRICT_TRANS_TABLES')",
            )
        except errors.MySQLError as error:
            said = str(error)
            if "SSL" in said or "certificate" in said.lower():
                raise NotEncrypted(place=place, cause=_said(error)) from error
            if _number(error) in _REFUSED:
                raise OutsideRefused(place=place, cause=_said(error)) from error
            raise OutsideUnreachable(place=place, cause=_said(error)) from error
        except ssl.SSLError as error:
            raise NotEncrypted(place=place, cause=str(error)) from error
        except OSError as error:
            raise OutsideUnreachable(place=place, cause=str(error)) from error


def _arguments(statement: Statement, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """In the order they come; lists and objects as their JSON."""
    given = (values[name] for name in statement.names)
    return tuple(
        encode(each).decode() if isinstance(each, (list, dict)) else each for each in given
    )


def _columns(result: Any) -> tuple[str, ...]:
    return told_apart(each[0] for each in result.description or ())


def _meant(error: Any, place: str, seconds: float) -> Exception:
    number = _number(error)
    if number in _STOPPED:
        return SqlTimedOut(seconds=seconds)
    if number in _READ_ONLY:
        return SqlReadOnly(cause=_said(error))
    if number >= 2000 and number < 3000:
        return OutsideUnreachable(place=place, cause=_said(error))
    return SqlFailed(cause=_said(error))


def _number(error: Any) -> int:
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) else 0


def _said(error: Any) -> str:
    return str(error.args[1] if len(error.args) > 1 else error).split("\n", 1)[0]

"""SQL Server databases of others, over a driver that waits, and so in a thread of its own.

SQL Server has no transaction that only reads: what is read is rolled back at the end, whatever it
did, and the statement was looked at before.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from luban.model.values import encode
from luban.ports.databases import Addresses, SqlPart, SqlServer, Statement
from luban.storage.outside.errors import (
    NotEncrypted,
    OutsideRefused,
    OutsideUnreachable,
    SqlFailed,
    SqlTimedOut,
)
from luban.storage.outside.pinned_tls import pinned
from luban.storage.outside.plain_values import as_json, told_apart

T = TypeVar("T")

_CONNECTING = 15
_AT_ONCE = 200
# Numbers of errors, from the manual's "Database Engine events and errors".
_REFUSED = frozenset({916, 4060, 18401, 18452, 18456, 18470, 18486, 18487, 18488})
_NO_TLS = "the driver for SQL Server cannot encrypt on this machine"


class MssqlClient:
    """Values are parameters of `sp_executesql`: the server gets them apart from the text."""

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
        def work(line: Any) -> SqlPart:
            cursor = line.cursor()
            cursor.execute(_text(statement), _arguments(statement, values))
            columns = _columns(cursor)
            rows = cursor.fetchmany(most) if columns else []
            part = SqlPart(columns, [tuple(map(as_json, row)) for row in rows])
            line.rollback()
            return part

        part = await self._in_thread(server, seconds, work)
        for start in range(0, len(part.rows) or 1, _AT_ONCE):
            yield part._replace(rows=part.rows[start : start + _AT_ONCE])

    async def write(
        self,
        server: SqlServer,
        statement: Statement,
        sets: Sequence[Mapping[str, Any]],
        seconds: float,
        most: int,
    ) -> SqlPart:
        def work(line: Any) -> SqlPart:
            rows: list[tuple[Any, ...]] = []
            affected, columns = 0, ()
            cursor = line.cursor()
            for values in sets:
                cursor.execute(_text(statement), _arguments(statement, values))
                if found := _columns(cursor):
                    columns = found
                    rows += [tuple(map(as_json, row)) for row in cursor.fetchall()]
                affected += max(cursor.rowcount, 0)
            line.commit()
            return SqlPart(columns, rows[:most], affected)

        return await self._in_thread(server, seconds, work)

    async def _in_thread(self, server: SqlServer, seconds: float, work: Callable[[Any], T]) -> T:
        """The thread ends with its socket, which is cut when the time is over."""
        if server.security != "none":
            raise NotEncrypted(place=f"{server.host}:{server.port}", cause=_NO_TLS)
        sock = await self._connected(server)
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await asyncio.to_thread(_done, server, sock, seconds, work)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise SqlTimedOut(seconds=seconds) from error
        finally:
            # To the server a cut connection means: stop, and undo what was not committed.
            _cut(sock)

    async def _connected(self, server: SqlServer) -> socket.socket:
        place = f"{server.host}:{server.port}"
        address = await pinned(self._addresses, server)
        try:
            return await asyncio.to_thread(
                socket.create_connection, (address, server.port), _CONNECTING
            )
        except OSError as error:
            raise OutsideUnreachable(place=place, cause=str(error)) from error


def _done(server: SqlServer, sock: socket.socket, seconds: float, work: Callable[[Any], T]) -> T:
    import pytds

    place = f"{server.host}:{server.port}"
    try:
        with pytds.connect(
            dsn=server.host,
            port=server.port,
            database=server.database or None,
            user=server.user,
            password=server.password,
            sock=sock,
            timeout=seconds,
            login_timeout=_CONNECTING,
            autocommit=False,
            appname="luban",
            disable_connect_retry=True,
        ) as line:
            return work(line)
    except pytds.LoginError as error:
        raise OutsideRefused(place=place, cause=_said(error)) from error
    except (pytds.TimeoutError, TimeoutError) as error:
        raise SqlTimedOut(seconds=seconds) from error
    except pytds.ClosedConnectionError as error:
        raise OutsideUnreachable(place=place, cause=_said(error)) from error
    except pytds.Error as error:
        if getattr(error, "number", getattr(error, "msg_no", 0)) in _REFUSED:
            raise OutsideRefused(place=place, cause=_said(error)) from error
        raise SqlFailed(cause=_said(error)) from error
    except (OSError, ValueError) as error:
        raise OutsideUnreachable(place=place, cause=_said(error)) from error


def _text(statement: Statement) -> str:
    """The driver reads `%(name)s` for parameters, and `%%` for a per cent sign."""
    doubled = statement._replace(parts=tuple(part.replace("%", "%%") for part in statement.parts))
    made = doubled.text(lambda _, name: f"%({name})s")
    return made if statement.names else "".join(statement.parts)


def _arguments(statement: Statement, values: Mapping[str, Any]) -> dict[str, Any] | None:
    if not statement.names:
        return None
    return {
        name: encode(values[name]).decode()
        if isinstance(values[name], (list, dict))
        else values[name]
        for name in statement.names
    }


def _columns(cursor: Any) -> tuple[str, ...]:
    return told_apart(each[0] for each in cursor.description or ())


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):  # the other side may have been quicker
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def _said(error: BaseException) -> str:
    return str(error).split("\n", 1)[0] or type(error).__name__

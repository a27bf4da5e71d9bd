"""Connections to one PostgreSQL database, shared by everything but the journal and the signals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

import asyncpg

from luban.model.errors import LubanError
from luban.storage.postgres.address import Address
from luban.storage.postgres.failures import FAILED, is_collision, is_lost, translate
from luban.storage.postgres.statements import numbered
from luban.storage.sql.database import Paged, Record

T = TypeVar("T")

PATIENCE = 10
"""Seconds to wait for a server that is away before saying so."""
CONNECTIONS = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
_SESSION = {
    "application_name": "luban",
    "jit": "off",
    # A process that was stopped in the middle of a transaction must not hold up the others.
    "idle_in_transaction_session_timeout": "15000",
}


@dataclass
class ActsFor:
    """Which owner a connection was last used for, `None` while that is not known."""

    owner: str | None = ""


class Line(asyncpg.Connection):
    """A connection that nobody leaves settings on, so that giving it back costs no round trip.

    But for the one in `acts_for`, which whoever takes the connection looks at first.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.acts_for = ActsFor()

    def get_reset_query(self) -> str:
        return ""


async def connect(address: Address, timeout: int = PATIENCE) -> Line:
    """A connection of one's own. Raises what the driver raises."""
    return await asyncpg.connect(
        address.dsn, connection_class=Line, timeout=timeout, server_settings=_SESSION
    )


class Pauses:
    """The waits between attempts to reach a server, growing up to a limit, until patience ends."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._until = monotonic() + patience
        self._pause = _FIRST_PAUSE

    async def next(self) -> bool:
        """Waits, unless it has been long enough."""
        if monotonic() > self._until:
            return False
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return True


class PostgresPool:
    """`Database` over one PostgreSQL database. Make it with `open`."""

    def __init__(self, address: Address, settings: Mapping[str, str] | None = None) -> None:
        self.address = address
        self.place = address.place
        self._pool = asyncpg.create_pool(
            address.dsn,
            min_size=0,
            max_size=CONNECTIONS,
            connection_class=Line,
            server_settings={**_SESSION, **(settings or {})},
            timeout=PATIENCE,
        )

    async def open(self) -> None:
        await self._pool

    def transaction(self) -> Transaction:
        return Transaction(self)

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        """A read, asked again on another connection when the first one was lost."""
        return await self.ask(statement, values)

    async def ask(
        self, statement: str, values: dict[str, Any], patience: float = PATIENCE
    ) -> list[Record]:
        """As `fetch`, for whatever may be done twice."""
        text, arguments = _ready(statement, values)
        return await self.patiently(lambda: self._pool.fetch(text, *arguments), patience)

    async def once(self, statement: str, /, **values: Any) -> list[Record]:
        """One statement in a transaction of its own, asked once.

        Raises `DatabaseUnreachable` also when it may have been done.
        """
        text, arguments = _ready(statement, values)
        try:
            return await self._pool.fetch(text, *arguments)
        except FAILED as error:
            raise translate(error, self.place) from error

    async def unhurried(self, statement: str) -> None:
        """A statement as it stands, outside of any transaction, however long it takes."""
        try:
            async with self._pool.acquire() as line:
                await line.execute(statement)
        except FAILED as error:
            raise translate(error, self.place) from error

    async def page(
        self, items: str, total: str, /, *, limit: int, offset: int, **values: Any
    ) -> Paged:
        """Both answers are of the same instant."""
        rows_of, arguments = _ready(items, {**values, "limit": limit, "offset": offset})
        count_of, counted = _ready(total, values)

        async def read() -> Paged:
            async with (
                self._pool.acquire() as line,
                line.transaction(isolation="repeatable_read", readonly=True),
            ):
                rows = await line.fetch(rows_of, *arguments)
                return Paged(rows, await line.fetchval(count_of, *counted))

        return await self.patiently(read)

    async def patiently(self, act: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T:
        """Does what may be done twice, again if the connection was lost or others in the way."""
        pauses = Pauses(patience)
        while True:
            try:
                return await act()
            except FAILED as error:
                again = is_lost(error) or is_collision(error)
                if not again or not await pauses.next():
                    raise translate(error, self.place) from error

    async def take(self) -> tuple[Any, Any]:
        """A connection with an open transaction."""

        async def begin() -> tuple[Any, Any]:
            line = await self._pool.acquire()
            transaction = line.transaction()
            try:
                await transaction.start()
            except BaseException:
                await self._pool.release(line)
                raise
            return line, transaction

        return await self.patiently(begin)

    async def give_back(self, line: Any) -> None:
        await self._pool.release(line)

    async def close(self) -> None:
        try:
            async with asyncio.timeout(2):
                await self._pool.close()
        except (TimeoutError, *FAILED):
            self._pool.terminate()


class Transaction:
    """One transaction, and the session within it."""

    __slots__ = ("_line", "_pool", "_transaction")

    def __init__(self, pool: PostgresPool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Transaction:
        self._line, self._transaction = await self._pool.take()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                await self._transaction.commit()
            elif not self._line.is_closed():
                await self._transaction.rollback()
        except FAILED as failure:
            error = error or failure
        finally:
            await self._pool.give_back(self._line)
        if isinstance(error, FAILED) and not isinstance(error, LubanError):
            raise translate(error, self._pool.place) from error

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        text, arguments = _ready(statement, values)
        return await self._line.fetch(text, *arguments)

    async def execute(self, statement: str, /, **values: Any) -> int:
        text, arguments = _ready(statement, values)
        told: str = await self._line.execute(text, *arguments)
        return int(told.rpartition(" ")[2])

    async def execute_many(self, statement: str, values: Sequence[dict[str, Any]], /) -> None:
        made = numbered(statement)
        await self._line.executemany(made.text, [made.arguments(each) for each in values])


def _ready(statement: str, values: dict[str, Any]) -> tuple[str, list[Any]]:
    made = numbered(statement)
    return made.text, made.arguments(values)

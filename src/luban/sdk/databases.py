"""Databases of others, as a block uses them: one statement at a time, its values bound."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

Dialect = Literal["postgresql", "mysql", "mssql", "sqlite"]
Security = Literal["tls", "tls_unverified", "none"]


class Statement(NamedTuple):
    """SQL cut at its parameters: `parts[0]`, `names[0]`, `parts[1]`, …, so one part more.

    What a parameter stands for is never part of the text.
    """

    parts: tuple[str, ...]
    names: tuple[str, ...] = ()

    def text(self, mark: Callable[[int, str], str]) -> str:
        """The text with each parameter as its database writes it, by number from 0 and name."""
        marks = [mark(number, name) for number, name in enumerate(self.names)]
        return "".join(part + after for part, after in zip(self.parts, [*marks, ""], strict=True))


class SqlServer(NamedTuple):
    """Where a database server is, and who asks."""

    dialect: Dialect
    host: str
    port: int
    database: str
    user: str
    password: str = ""
    security: Security = "tls"

    def __repr__(self) -> str:
        return f"SqlServer({self.dialect}, {self.host}:{self.port}/{self.database})"


class SqliteFile(NamedTuple):
    """A SQLite database: the bytes of a stored file, or a path that an administrator allows."""

    name: str
    content: AsyncIterator[bytes] | None = None


class SqlPart(NamedTuple):
    """Some rows of an answer, as JSON values in the order of the columns."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    affected: int = 0


class RedisServer(NamedTuple):
    """Where a Redis server is, and who asks."""

    host: str
    port: int
    database: int = 0
    user: str = ""
    password: str = ""
    security: Security = "none"

    def __repr__(self) -> str:
        return f"RedisServer({self.host}:{self.port}/{self.database})"


class Databases(Protocol):
    """Reached at the address that the guard of outgoing requests allows, and no other."""

    def read(
        self,
        place: SqlServer | SqliteFile,
        statement: Statement,
        values: Mapping[str, Any],
        *,
        seconds: float,
        most: int,
    ) -> AsyncIterator[SqlPart]:
        """At most `most` rows, in parts, in a transaction in which nothing can be written.

        The first part tells the columns. After `seconds` the server is told to stop. Raises
        `sql_failed`, `sql_timed_out`, `database_unreachable`, `database_refused`, …
        """
        ...

    async def write(
        self,
        server: SqlServer,
        statement: Statement,
        sets: Sequence[Mapping[str, Any]],
        *,
        seconds: float,
        most: int,
    ) -> SqlPart:
        """The statement once for each set of values, all in one transaction.

        The rows are those it says it returns.
        """
        ...

    async def redis(self, server: RedisServer, *words: str | bytes | int | float) -> Any:
        """What one command answers; texts are bytes. Raises `redis_failed` and others."""
        ...

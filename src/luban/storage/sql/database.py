"""What the stores need of a database: named statements with `:name` parameters, in transactions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol


class Record(Protocol):
    """One row of an answer, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Paged(NamedTuple):
    """Rows of one page, and how many there are in all."""

    rows: list[Record]
    total: int


class Session(Protocol):
    """An open transaction."""

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        """The rows a statement answers with; it may also write and say `returning`."""
        ...

    async def execute(self, statement: str, /, **values: Any) -> int:
        """How many rows a statement changed."""
        ...

    async def execute_many(self, statement: str, values: Sequence[dict[str, Any]], /) -> None:
        """The same statement with each of these values."""
        ...


class Database(Protocol):
    """A place for records. Await nothing but the session inside a transaction."""

    def transaction(self) -> AbstractAsyncContextManager[Session]:
        """All of it or nothing. Raises `StorageFull` and `StorageBusy`."""
        ...

    async def fetch(self, statement: str, /, **values: Any) -> list[Record]:
        """A short read of its own."""
        ...

    async def page(
        self, items: str, total: str, /, *, limit: int, offset: int, **values: Any
    ) -> Paged:
        """A long read: `items` takes `:limit` and `:offset`, `total` answers with one `total`."""
        ...


async def find(database: Database | Session, statement: str, /, **values: Any) -> Record | None:
    """The first row, if there is one."""
    rows = await database.fetch(statement, **values)
    return rows[0] if rows else None

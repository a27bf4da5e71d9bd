"""Tables that blocks log rows to; every one has an owner, and every query names it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from luban.ports.stores import Page, Slice
from luban.sdk.stored import StoredRow

__all__ = ["Origin", "StoredRow", "TableFacts", "TableStore"]


class Origin(NamedTuple):
    """When which step wrote rows; the same `once` writes them only once."""

    at: float
    run: str = ""
    node: str = ""
    once: str = ""


class TableFacts(NamedTuple):
    """What there is of a table."""

    name: str
    rows: int
    first_at: float
    last_at: float


class TableStore(Protocol):
    """A table is there while it has rows."""

    async def append(
        self, owner: str, table: str, rows: Sequence[Mapping[str, Any]], origin: Origin, keep: int
    ) -> int:
        """How many rows there are then: at most `keep`, for the oldest go."""
        ...

    async def tables(self, owner: str) -> list[TableFacts]: ...

    async def newest(self, owner: str, table: str, part: Slice) -> Page[StoredRow]: ...

    def scan(self, owner: str, table: str) -> AsyncIterator[StoredRow]:
        """All rows, newest first; what is added meanwhile is not among them."""
        ...

    async def delete(self, owner: str, table: str, ids: Sequence[int] | None = None) -> int:
        """Some rows, or without ids all of them; how many went."""
        ...

"""Tables that blocks log to: as steps reach them, and as people look at them."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from luban.model.errors import NotFound
from luban.model.values import encode
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice
from luban.ports.tables import Origin, StoredRow, TableFacts, TableStore
from luban.ports.world import StepPlace
from luban.sdk.ranking import in_order
from luban.sdk.stored import Rows, Where
from luban.sdk.where import check_where, matches

MOST_KEPT = 100_000
"""Rows of a table; the oldest of more go."""
_AT_ONCE = 500
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class StepTables:
    """`Tables` of the block author's kit, for one step."""

    def __init__(self, store: TableStore, owner: str, place: StepPlace, clock: Clock) -> None:
        self._store = store
        self._owner = owner
        self._place = place
        self._clock = clock

    async def append(
        self, table: str, rows: Sequence[Mapping[str, Any]], *, keep: int, once: str
    ) -> int:
        origin = Origin(self._clock.now(), self._place.run, self._place.node, once)
        return await self._store.append(self._owner, table, rows, origin, keep)

    async def find(
        self,
        table: str,
        where: Where | None = None,
        *,
        sort: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Rows:
        return await find_rows(self._store, self._owner, table, where, sort, limit, offset)

    async def delete(self, table: str, where: Where | None = None) -> int:
        check_where(where)
        if not where:
            return await self._store.delete(self._owner, table)
        gone = [
            row.id
            async for row in self._store.scan(self._owner, table)
            if matches(row.values, where)
        ]
        return await self._store.delete(self._owner, table, gone)


async def find_rows(
    store: TableStore,
    owner: str,
    table: str,
    where: Where | None,
    sort: str,
    limit: int,
    offset: int,
) -> Rows:
    """Some rows of those meant. Rows are JSON of any shape, so they are looked through here."""
    check_where(where)
    if not where and not sort and offset % max(limit, 1) == 0:
        page = await store.newest(owner, table, Slice(offset // limit + 1, limit))
        return Rows(page.items, page.total)
    found: list[StoredRow] = []
    seen = 0
    async for row in store.scan(owner, table):
        if matches(row.values, where):
            found.append(row)
        seen += 1
        if seen % _AT_ONCE == 0:
            await asyncio.sleep(0)  # thousands of rows must not hold up everybody else
    return Rows(in_order(found, sort)[offset : offset + limit], len(found))


class OwnTables:
    """What people do with tables."""

    def __init__(self, store: TableStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def list(self, owner: str) -> list[TableFacts]:
        return await self._store.tables(owner)

    async def append(self, owner: str, table: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows there are then."""
        return await self._store.append(owner, table, rows, Origin(self._clock.now()), MOST_KEPT)

    async def rows(
        self, owner: str, table: str, part: Slice, where: Where | None, sort: str
    ) -> Page[StoredRow]:
        """Raises `NotFound`, and `BlockError` for conditions that say nothing."""
        await self._require(owner, table)
        found = await find_rows(self._store, owner, table, where, sort, part.page_size, part.offset)
        return Page(found.items, found.total)

    async def csv(self, owner: str, table: str) -> AsyncIterator[bytes]:
        """All rows, oldest column first. Raises `NotFound` before the first byte."""
        await self._require(owner, table)
        columns: dict[str, None] = {}
        async for row in self._store.scan(owner, table):
            columns |= dict.fromkeys(row.values)
        return self._lines(owner, table, list(columns))

    async def delete(self, owner: str, table: str) -> None:
        """Raises `NotFound`."""
        if not await self._store.delete(owner, table):
            raise _no_table(table)

    async def _require(self, owner: str, table: str) -> None:
        if (await self._store.newest(owner, table, Slice(page_size=1))).total == 0:
            raise _no_table(table)

    async def _lines(self, owner: str, table: str, columns: list[str]) -> AsyncIterator[bytes]:
        yield _line(["at", "run", "node", *columns]).encode("utf-8-sig")
        async for row in self._store.scan(owner, table):
            cells = [_cell(row.values.get(column)) for column in columns]
            yield _line([_moment(row.at), row.run, row.node, *cells]).encode()


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _line(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_safe(cell) for cell in cells])
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encode(value).decode()


def _safe(cell: str) -> str:
    """A spreadsheet must not take text for a formula (OWASP, "CSV Injection"); numbers stay."""
    if not cell.startswith(_BEGINS_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _no_table(table: str) -> NotFound:
    return NotFound(
        what="table",
        what_zh="表",
        name=table,
        way_out="`luban table list` names those there are.",
        way_out_zh="可用 `luban table list` 列出已有的表。",
    )

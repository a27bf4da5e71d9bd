"""Rows of an answer on their way out: one by one, or all at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from luban.sdk.databases import SqlPart


async def sent(
    parts: AsyncIterator[SqlPart], most: int, *, each: bool
) -> AsyncIterator[tuple[str, Any]]:
    """`row` for each row as it comes, or `rows`; then `columns`, `count` and `truncated`.

    The answer was asked for one row more than is wanted, which tells whether there are more.
    """
    columns: tuple[str, ...] = ()
    rows: list[dict[str, Any]] = []
    count, more = 0, False
    async for part in parts:
        columns = part.columns
        for row in named(columns, part.rows):
            if count == most:
                more = True
                break
            count += 1
            if each:
                yield "row", row
            else:
                rows.append(row)
    if not each:
        yield "rows", rows
    yield "columns", list(columns)
    yield "count", count
    yield "truncated", more


def named(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]

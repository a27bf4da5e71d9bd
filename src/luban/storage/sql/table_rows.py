"""Rows that blocks log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from luban.model.values import decode, encode
from luban.ports.stores import Page, Slice
from luban.ports.tables import Origin, StoredRow, TableFacts
from luban.storage.sql.database import Database, Record, find

OF_TABLE = "owner = :owner and name = :name"
COLUMNS = "seq, data, at, run, node"
# One row carries the key of the step, so that a second time finds it.
ADD = """
insert into table_rows (owner, name, run, node, once, data, at)
values (:owner, :name, :run, :node, :once, :data, :at)
on conflict (owner, name, once) do nothing"""
OLDEST_KEPT = f"""
select seq from table_rows where {OF_TABLE} order by seq desc limit 1 offset :beyond"""
TRIM = f"delete from table_rows where {OF_TABLE} and seq <= :seq"
COUNT = f"select count(*) as total from table_rows where {OF_TABLE}"
NEWEST = f"""
select {COLUMNS} from table_rows where {OF_TABLE}
order by seq desc limit :limit offset :offset"""
BELOW = f"""
select {COLUMNS} from table_rows where {OF_TABLE} and seq < :below
order by seq desc limit :limit offset :offset"""
NOTHING_COUNTED = "select 0 as total"
TABLES = """
select name, count(*) as total, min(at) as first_at, max(at) as last_at
from table_rows where owner = :owner group by name order by name"""
DELETE = f"delete from table_rows where {OF_TABLE}"
DELETE_ONE = f"{DELETE} and seq = :seq"
_AT_ONCE = 500
_BEYOND_ALL = (1 << 63) - 1


class SqlTableStore:
    """`TableStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(
        self, owner: str, table: str, rows: Sequence[Mapping[str, Any]], origin: Origin, keep: int
    ) -> int:
        named = {"owner": owner, "name": table}
        first = {**named, "run": origin.run, "node": origin.node, "at": origin.at}
        values = [{**first, "once": None, "data": encode(dict(row))} for row in rows]
        async with self._database.transaction() as session:
            if values:
                values[0]["once"] = origin.once or None
                if await session.execute(ADD, **values[0]) == 1:
                    await session.execute_many(ADD, values[1:])
                    oldest = await find(session, OLDEST_KEPT, **named, beyond=keep)
                    if oldest is not None:
                        await session.execute(TRIM, **named, seq=oldest["seq"])
            (counted,) = await session.fetch(COUNT, **named)
            return counted["total"]

    async def tables(self, owner: str) -> list[TableFacts]:
        rows = await self._database.fetch(TABLES, owner=owner)
        return [
            TableFacts(row["name"], row["total"], row["first_at"], row["last_at"]) for row in rows
        ]

    async def newest(self, owner: str, table: str, part: Slice) -> Page[StoredRow]:
        rows, total = await self._database.page(
            NEWEST, COUNT, limit=part.page_size, offset=part.offset, owner=owner, name=table
        )
        return Page([_row(each) for each in rows], total)

    async def scan(self, owner: str, table: str) -> AsyncIterator[StoredRow]:
        below = _BEYOND_ALL
        while True:
            part = {"owner": owner, "name": table, "below": below}
            rows = await self._database.fetch(BELOW, **part, limit=_AT_ONCE, offset=0)
            for each in rows:
                yield _row(each)
            if len(rows) < _AT_ONCE:
                return
            below = rows[-1]["seq"]

    async def delete(self, owner: str, table: str, ids: Sequence[int] | None = None) -> int:
        named = {"owner": owner, "name": table}
        async with self._database.transaction() as session:
            if ids is None:
                return await session.execute(DELETE, **named)
            gone = 0
            for each in ids:
                gone += await session.execute(DELETE_ONE, **named, seq=each)
            return gone


def _row(row: Record) -> StoredRow:
    return StoredRow(row["seq"], decode(row["data"]), row["at"], row["run"], row["node"])

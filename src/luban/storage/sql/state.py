"""Small values of agents and users as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from luban.model.values import decode, encode
from luban.ports.clock import Clock
from luban.ports.stores import Page, Slice, StoredValue
from luban.storage.sql.database import Database, Session, find

ONE = "owner = :owner and scope = :scope and key = :key"
GET = f"select value from state where {ONE}"
SET = """
insert into state (owner, scope, key, value, updated_at)
values (:owner, :scope, :key, :value, :at)
on conflict (owner, scope, key)
do update set value = excluded.value, updated_at = excluded.updated_at"""
ADD = """
insert into state (owner, scope, key, value, updated_at)
values (:owner, :scope, :key, :value, :at) on conflict (owner, scope, key) do nothing"""
# What was read must still be there, or somebody else's change would be lost.
SWAP = f"update state set value = :value, updated_at = :at where {ONE} and value = :seen"
DELETE = f"delete from state where {ONE}"
# Of a key of any letters only its beginning is compared, so nothing in it is a pattern.
_BEGINS = "owner = :owner and scope = :scope and substr(key, 1, :length) = :prefix"
LIST = f"""
select key, value, updated_at from state where {_BEGINS} order by key limit :limit offset :offset"""
COUNT = f"select count(*) as total from state where {_BEGINS}"
DONE = f"select value from state_changes where {ONE} and once = :once"
NOTE = """
insert into state_changes (owner, scope, key, once, value, at)
values (:owner, :scope, :key, :once, :value, :at)
on conflict (owner, scope, key, once) do nothing"""
FORGET = "delete from state_changes where owner = :owner and at < :before"
_REMEMBERED = 7 * 24 * 3600.0


class SqlStateStore:
    """`StateStore` over any `Database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, owner: str, scope: str, key: str) -> Any:
        row = await find(self._database, GET, owner=owner, scope=scope, key=key)
        return decode(row["value"]) if row else None

    async def set(self, owner: str, scope: str, key: str, value: Any) -> None:
        content = encode(value)
        async with self._database.transaction() as session:
            await session.execute(
                SET, owner=owner, scope=scope, key=key, value=content, at=self._clock.now()
            )

    async def update(
        self, owner: str, scope: str, key: str, change: Callable[[Any], Any], *, once: str = ""
    ) -> Any:
        named = {"owner": owner, "scope": scope, "key": key}
        while True:
            async with self._database.transaction() as session:
                if once:
                    done = await find(session, DONE, **named, once=once)
                    if done is not None:
                        return decode(done["value"])
                row = await find(session, GET, **named)
                made = encode(change(decode(row["value"]) if row else None))
                at = self._clock.now()
                if not await self._put(session, row["value"] if row else None, made, at, named):
                    continue
                if once:
                    await session.execute(NOTE, **named, once=once, value=made, at=at)
                    await session.execute(FORGET, owner=owner, before=at - _REMEMBERED)
                return decode(made)

    async def _put(
        self, session: Session, seen: bytes | None, made: bytes, at: float, named: dict[str, str]
    ) -> bool:
        if seen is None:
            return await session.execute(ADD, **named, value=made, at=at) == 1
        return await session.execute(SWAP, **named, value=made, at=at, seen=seen) == 1

    async def delete(self, owner: str, scope: str, key: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, scope=scope, key=key) == 1

    async def list(
        self, owner: str, scope: str, part: Slice, *, prefix: str = ""
    ) -> Page[StoredValue]:
        rows, total = await self._database.page(
            LIST,
            COUNT,
            limit=part.page_size,
            offset=part.offset,
            owner=owner,
            scope=scope,
            prefix=prefix,
            length=len(prefix),
        )
        found = [StoredValue(row["key"], decode(row["value"]), row["updated_at"]) for row in rows]
        return Page(found, total)

"""Small values of agents and users as rows."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.clock import Clock
from luban.storage.sql.database import Database, find

GET = "select value from state where owner = :owner and scope = :scope and key = :key"
SET = """
insert into state (owner, scope, key, value, updated_at)
values (:owner, :scope, :key, :value, :at)
on conflict (owner, scope, key)
do update set value = excluded.value, updated_at = excluded.updated_at"""


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

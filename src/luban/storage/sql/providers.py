"""Providers that teams defined, as rows."""

from __future__ import annotations

from luban.model.values import decode, encode
from luban.ports.providers import Provider
from luban.storage.sql.database import Database, Record, find

ONE = "owner = :owner and id = :id"
FIND = f"select record from providers where {ONE}"
LIST = "select record from providers where owner = :owner order by id"
UPDATE = f"update providers set record = :record, updated_at = :now where {ONE}"
INSERT = """
insert into providers (owner, id, record, created_at, updated_at)
values (:owner, :id, :record, :now, :now)
on conflict (owner, id) do update set record = excluded.record, updated_at = excluded.updated_at"""
DELETE = f"delete from providers where {ONE}"


class SqlProviderStore:
    """`ProviderStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, owner: str, provider: Provider, now: float) -> bool:
        record = encode(provider.model_dump(mode="json", exclude_defaults=True))
        values = {"owner": owner, "id": provider.id, "record": record, "now": now}
        async with self._database.transaction() as session:
            if await session.execute(UPDATE, **values) == 1:
                return False
            await session.execute(INSERT, **values)
            return True

    async def find(self, owner: str, provider_id: str) -> Provider | None:
        row = await find(self._database, FIND, owner=owner, id=provider_id)
        return _provider(row) if row else None

    async def list(self, owner: str) -> list[Provider]:
        return [_provider(row) for row in await self._database.fetch(LIST, owner=owner)]

    async def delete(self, owner: str, provider_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=provider_id) == 1


def _provider(row: Record) -> Provider:
    return Provider.model_validate(decode(row["record"]))

"""Servers of tools as rows."""

from __future__ import annotations

from luban.model.values import decode, encode
from luban.ports.tool_servers import ToolServer
from luban.storage.sql.database import Database, Record, find

SEEN = "(owner = :owner or shared = true)"
FIND = f"select owner, data from tool_servers where id = :id and {SEEN}"
FIND_NAMED = f"""
select owner, data from tool_servers where name = :name and {SEEN}
order by case when owner = :owner then 0 else 1 end, id limit 1"""
LIST = f"select owner, data from tool_servers where {SEEN} order by name, id"
TAKEN = "select id from tool_servers where owner = :owner and name = :name and id <> :id"
UPDATE = """
update tool_servers set name = :name, shared = :shared, data = :data, updated_at = :updated_at
where owner = :owner and id = :id"""
INSERT = """
insert into tool_servers (owner, id, name, shared, data, created_at, updated_at)
values (:owner, :id, :name, :shared, :data, :created_at, :updated_at)
on conflict (owner, name) do nothing"""
DELETE = "delete from tool_servers where owner = :owner and id = :id"


class SqlToolServerStore:
    """`ToolServerStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, server: ToolServer) -> bool:
        values = {
            "owner": server.owner,
            "id": server.id,
            "name": server.name,
            "shared": server.shared,
            "data": encode(server.model_dump(mode="json", exclude_defaults=True)),
            "updated_at": server.updated_at,
        }
        async with self._database.transaction() as session:
            if await session.fetch(TAKEN, owner=server.owner, name=server.name, id=server.id):
                return False
            if await session.execute(UPDATE, **values) == 1:
                return True
            return await session.execute(INSERT, **values, created_at=server.created_at) == 1

    async def find(self, owner: str, server_id: str) -> ToolServer | None:
        row = await find(self._database, FIND, owner=owner, id=server_id)
        return _server(row) if row else None

    async def find_named(self, owner: str, name: str) -> ToolServer | None:
        row = await find(self._database, FIND_NAMED, owner=owner, name=name)
        return _server(row) if row else None

    async def list(self, owner: str) -> list[ToolServer]:
        return [_server(row) for row in await self._database.fetch(LIST, owner=owner)]

    async def delete(self, owner: str, server_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=server_id) == 1


def _server(row: Record) -> ToolServer:
    return ToolServer.model_validate(decode(row["data"]))

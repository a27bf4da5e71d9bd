"""Models that people added, as rows."""

from __future__ import annotations

from luban.model.values import decode, encode
from luban.ports.models import ModelRow
from luban.storage.sql.database import Database, Record, find

COLUMNS = "owner, id, shared, data, created_at, updated_at"
# What is one's own comes before what is shared; of several shared ones, the oldest counts.
FIND = f"""
select {COLUMNS} from models where id = :id and (owner = :owner or shared)
order by case when owner = :owner then 0 else 1 end, created_at, owner limit 1"""
LIST = f"""
select {COLUMNS} from models where owner = :owner or shared
order by shared desc, id, created_at, owner"""
UPDATE = """
update models set shared = :shared, data = :data, updated_at = :updated_at
where owner = :owner and id = :id"""
INSERT = """
insert into models (owner, id, shared, data, created_at, updated_at)
values (:owner, :id, :shared, :data, :created_at, :updated_at)
on conflict (owner, id) do update
set shared = excluded.shared, data = excluded.data, updated_at = excluded.updated_at"""
DELETE = "delete from models where owner = :owner and id = :id"
_COLUMNS = {"owner", "id", "shared", "created_at", "updated_at"}


class SqlModelRows:
    """`ModelRows` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, row: ModelRow) -> bool:
        values = {
            "owner": row.owner,
            "id": row.id,
            "shared": row.shared,
            "data": encode(row.model_dump(mode="json", exclude=_COLUMNS)),
            "updated_at": row.updated_at,
        }
        async with self._database.transaction() as session:
            if await session.execute(UPDATE, **values) == 1:
                return False
            await session.execute(INSERT, created_at=row.created_at, **values)
            return True

    async def find(self, owner: str, model: str) -> ModelRow | None:
        row = await find(self._database, FIND, owner=owner, id=model)
        return _row(row) if row else None

    async def list(self, owner: str) -> list[ModelRow]:
        return [_row(row) for row in await self._database.fetch(LIST, owner=owner)]

    async def delete(self, owner: str, model: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=model) == 1


def _row(row: Record) -> ModelRow:
    return ModelRow(
        owner=row["owner"],
        id=row["id"],
        shared=bool(row["shared"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        **decode(row["data"]),
    )

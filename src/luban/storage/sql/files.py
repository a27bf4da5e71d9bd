"""Records of stored files as rows; the bytes are elsewhere."""

from __future__ import annotations

from luban.ports.stores import Page, Slice, StoredFile
from luban.storage.sql.database import Database, Record, find

INSERT = """
insert into files (id, owner, name, type, size, created_at)
values (:id, :owner, :name, :type, :size, :created_at)"""
FIND = "select * from files where owner = :owner and id = :id"
LIST = """
select * from files where owner = :owner order by created_at desc, id desc
limit :limit offset :offset"""
COUNT = "select count(*) as total from files where owner = :owner"
DELETE = "delete from files where owner = :owner and id = :id"


class SqlFileRecords:
    """`FileRecords` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, file: StoredFile) -> None:
        async with self._database.transaction() as session:
            await session.execute(INSERT, **file.model_dump())

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        row = await find(self._database, FIND, owner=owner, id=file_id)
        return _file(row) if row else None

    async def list(self, owner: str, part: Slice) -> Page[StoredFile]:
        found = await self._database.page(
            LIST, COUNT, owner=owner, limit=part.page_size, offset=part.offset
        )
        return Page([_file(row) for row in found.rows], found.total)

    async def delete(self, owner: str, file_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=file_id) == 1


def _file(row: Record) -> StoredFile:
    return StoredFile(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        type=row["type"],
        size=row["size"],
        created_at=row["created_at"],
    )

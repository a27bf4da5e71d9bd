"""Records of stored files as rows; the bytes are elsewhere."""

from __future__ import annotations

from luban.ports.stores import FileOrder, Page, Slice, StoredFile
from luban.storage.sql.database import Database, Record, find

INSERT = """
insert into files (id, owner, name, type, size, created_at)
values (:id, :owner, :name, :type, :size, :created_at)"""
FIND = "select * from files where owner = :owner and id = :id"
WHERE = "where owner = :owner"
NAMED_LIKE = " and lower(name) like :search escape '!'"
ORDERS: dict[FileOrder, str] = {
    "newest": "created_at desc, id desc",
    "name": "lower(name), id",
    "size": "size desc, id",
}
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

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]:
        where, values = WHERE, {"owner": owner}
        if search:
            where, values["search"] = where + NAMED_LIKE, _pattern(search)
        found = await self._database.page(
            f"select * from files {where} order by {ORDERS[sort]} limit :limit offset :offset",
            f"select count(*) as total from files {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_file(row) for row in found.rows], found.total)

    async def delete(self, owner: str, file_id: str) -> bool:
        async with self._database.transaction() as session:
            return await session.execute(DELETE, owner=owner, id=file_id) == 1


def _pattern(search: str) -> str:
    """A part of a name as `like` takes it."""
    for sign in "!%_":
        search = search.replace(sign, f"!{sign}")
    return f"%{search.lower()}%"


def _file(row: Record) -> StoredFile:
    return StoredFile(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        type=row["type"],
        size=row["size"],
        created_at=row["created_at"],
    )

"""Records of stored files as rows; the bytes are elsewhere.

Whoever changes the files of an owner changes the owner's row of `file_usage` first, and so waits
for others that do: versions are counted, and quotas kept, one change after the other.
"""

from __future__ import annotations

from typing import Any

from luban.ports.files import LET_GO, FileOrder, Place, StoredFile, Usage, Wanted
from luban.ports.stores import Page, Slice
from luban.storage.errors import FileQuotaReached
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.file_uses import FileUses

INSERT = """
insert into files (id, owner, name, type, size, created_at, workspace, path, version, newest, run)
values (:id, :owner, :name, :type, :size, :created_at, :workspace, :path, :version, 1, :run)"""
FIND = "select * from files where owner = :owner and id = :id"
AT = "owner = :owner and workspace = :workspace and path = :path and workspace <> ''"
FIND_AT = f"select * from files where {AT} order by version desc limit 1"
VERSIONS = f"select * from files where {AT} order by version desc"
HIGHEST = f"select coalesce(max(version), 0) as version from files where {AT}"
AGE = f"update files set newest = 0 where {AT} and newest = 1"
# What loses its place belongs to no run that could still refer to it.
LET_GO_OLD = f"""
update files set workspace = '', path = '', version = 0, newest = 1, run = '{LET_GO}'
where {AT} and version <= :oldest"""
RENEW = "update files set version = :version, newest = 1 where owner = :owner and id = :id"
MOVE = """
update files set workspace = :workspace, path = :path, name = :name, version = version + :above
where owner = :owner and id = :id"""
PLACE_ONE = """
update files set workspace = :workspace, path = :path, name = :name, version = :above + 1
where owner = :owner and id = :id"""
OPEN_USAGE = "insert into file_usage (owner) values (:owner) on conflict (owner) do nothing"
USE = """
update file_usage set bytes = bytes + :size, files = files + :files
where owner = :owner and (:size <= 0 or coalesce(quota, :quota) = 0
  or bytes + :size <= coalesce(quota, :quota))"""
USAGE = "select bytes, files, quota from file_usage where owner = :owner"
SET_QUOTA = "update file_usage set quota = :quota where owner = :owner"
DELETE_ONE = "delete from files where owner = :owner and id = :id"
DELETE_AT = f"delete from files where {AT}"
ORDERS: dict[FileOrder, str] = {
    "newest": "created_at desc, id desc",
    "name": "lower(name), id",
    "size": "size desc, id",
}
IN_ORDER_OF_PATHS = "path, id"
AT_ONCE = 100


class SqlFileRecords:
    """`FileRecords` over any `Database`; `everybody` is asked for what is of all owners."""

    def __init__(
        self, database: Database, uses: FileUses, everybody: Database | None = None
    ) -> None:
        self._database = database
        self._uses = uses
        self._everybody = everybody or database

    async def add(self, file: StoredFile, *, quota: int, versions: int) -> StoredFile:
        async with self._database.transaction() as session:
            await self._use(session, file, quota)
            if file.workspace:
                at = _at(file)
                file = file.model_copy(update={"version": await _highest(session, at) + 1})
                await session.execute(AGE, **at)
                await session.execute(LET_GO_OLD, **at, oldest=file.version - versions)
            await session.execute(INSERT, **file.model_dump(exclude={"newest"}))
        return file

    async def _use(self, session: Session, file: StoredFile, quota: int) -> None:
        await session.execute(OPEN_USAGE, owner=file.owner)
        used = await session.execute(USE, owner=file.owner, size=file.size, files=1, quota=quota)
        if not used:
            row = await find(session, USAGE, owner=file.owner)
            assert row is not None
            limit = quota if row["quota"] is None else row["quota"]
            raise FileQuotaReached(name=file.name, size=file.size, used=row["bytes"], quota=limit)

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        row = await find(self._database, FIND, owner=owner, id=file_id)
        return _file(row) if row else None

    async def find_at(self, owner: str, workspace: str, path: str) -> StoredFile | None:
        row = await find(self._database, FIND_AT, owner=owner, workspace=workspace, path=path)
        return _file(row) if row else None

    async def list(
        self, owner: str, part: Slice, *, wanted: Wanted, sort: FileOrder
    ) -> Page[StoredFile]:
        where, values = _where(owner, wanted)
        in_order = IN_ORDER_OF_PATHS if wanted.workspace and sort == "name" else ORDERS[sort]
        found = await self._database.page(
            f"select * from files {where} order by {in_order} limit :limit offset :offset",
            f"select count(*) as total from files {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_file(row) for row in found.rows], found.total)

    async def versions(self, owner: str, file_id: str) -> list[StoredFile]:
        file = await self.find(owner, file_id)
        if file is None or not file.workspace:
            return [file] if file else []
        return [_file(row) for row in await self._database.fetch(VERSIONS, **_at(file))]

    async def restore(self, owner: str, file_id: str) -> StoredFile | None:
        async with self._database.transaction() as session:
            file = await _held(session, owner, file_id)
            if file is None or file.newest:
                return file
            version = await _highest(session, _at(file)) + 1
            await session.execute(AGE, **_at(file))
            await session.execute(RENEW, owner=owner, id=file_id, version=version)
        return file.model_copy(update={"version": version, "newest": True})

    async def move(self, owner: str, file_id: str, to: Place, name: str) -> StoredFile | None:
        async with self._database.transaction() as session:
            file = await _held(session, owner, file_id)
            if file is None or (file.workspace, file.path) == (to.workspace, to.path):
                return file
            there = {"owner": owner, "workspace": to.workspace, "path": to.path}
            above = await _highest(session, there)
            await session.execute(AGE, **there)
            if file.workspace:
                for row in await session.fetch(VERSIONS, **_at(file)):
                    await session.execute(MOVE, **there, id=row["id"], name=name, above=above)
            else:
                await session.execute(PLACE_ONE, **there, id=file_id, name=name, above=above)
            found = await find(session, FIND_AT, **there)
        return _file(found) if found else None

    async def delete(self, owner: str, file_id: str) -> list[str]:
        async with self._database.transaction() as session:
            file = await _held(session, owner, file_id)
            if file is None:
                return []
            going = [file]
            if file.workspace and file.newest:
                going = [_file(row) for row in await session.fetch(VERSIONS, **_at(file))]
                await session.execute(DELETE_AT, **_at(file))
            else:
                await session.execute(DELETE_ONE, owner=owner, id=file_id)
            size = sum(each.size for each in going)
            await session.execute(USE, owner=owner, size=-size, files=-len(going), quota=0)
        return [each.id for each in going]

    async def usage(self, owner: str) -> Usage:
        row = await find(self._database, USAGE, owner=owner)
        if row is None:
            return Usage(0, 0, None)
        return Usage(row["bytes"], row["files"], row["quota"], row["quota"] is not None)

    async def set_quota(self, owner: str, quota: int | None) -> None:
        async with self._database.transaction() as session:
            await session.execute(OPEN_USAGE, owner=owner)
            await session.execute(SET_QUOTA, owner=owner, quota=quota)

    async def unused(self, before: float, limit: int) -> list[StoredFile]:
        found: list[StoredFile] = []
        after: tuple[float, str] = (-1.0, "")
        while len(found) < limit:
            rows = await self._everybody.fetch(
                self._uses.of_gone_runs,
                before=before,
                after_at=after[0],
                after_id=after[1],
                limit=AT_ONCE,
            )
            files = [_file(row) for row in rows]
            used = await self._uses.among(self._everybody, files)
            found += [file for file in files if file.id not in used]
            if len(files) < AT_ONCE:
                break
            after = (files[-1].created_at, files[-1].id)
        return found[:limit]


def _at(file: StoredFile) -> dict[str, Any]:
    return {"owner": file.owner, "workspace": file.workspace, "path": file.path}


async def _highest(session: Session, at: dict[str, Any]) -> int:
    row = await find(session, HIGHEST, **at)
    assert row is not None
    return row["version"]


async def _held(session: Session, owner: str, file_id: str) -> StoredFile | None:
    """The file, after whoever changes the owner's files now is done."""
    await session.execute(USE, owner=owner, size=0, files=0, quota=0)
    row = await find(session, FIND, owner=owner, id=file_id)
    return _file(row) if row else None


def _where(owner: str, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The condition of a list, and its values."""
    where, values = ["owner = :owner", "newest = 1"], {"owner": owner}
    if wanted.search:
        where.append("lower(name) like :search escape '!'")
        values["search"] = f"%{_escaped(wanted.search.lower())}%"
    if wanted.workspace:
        where.append("workspace = :workspace")
        values["workspace"] = wanted.workspace
    if wanted.folder:
        where.append("substr(path, 1, length(cast(:below as text))) = :below")
        values["below"] = f"{wanted.folder}/"
    if wanted.loose:
        where.append("workspace = ''")
    where.append(f"run <> '{LET_GO}'")
    return f"where {' and '.join(where)}", values


def _escaped(search: str) -> str:
    """A part of a name as `like` takes it."""
    for sign in "!%_":
        search = search.replace(sign, f"!{sign}")
    return search


def _file(row: Record) -> StoredFile:
    return StoredFile(
        id=row["id"],
        owner=row["owner"],
        name=row["name"],
        type=row["type"],
        size=row["size"],
        created_at=row["created_at"],
        workspace=row["workspace"],
        path=row["path"],
        version=row["version"],
        newest=bool(row["newest"]),
        run=row["run"],
    )

"""Shared links as rows."""

from __future__ import annotations

from typing import Any

from luban.model.values import decode, encode
from luban.ports.sharing import Link
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record, find

ADD = """
insert into links (id, owner, digest, resource, resource_id, scopes, made_by, created_at,
  expires_at, last_used_at)
values (:id, :owner, :digest, :resource, :resource_id, :scopes, :made_by, :created_at,
  :expires_at, :last_used_at)"""
OF_OWNER = "from links where owner = :owner"
OF_KIND = " and resource = :resource"
OF_THING = " and resource_id = :resource_id"
ORDER = "order by id desc limit :limit offset :offset"
REMOVE = "delete from links where owner = :owner and id = :id"
FIND = """
select * from links where digest = :digest and (expires_at is null or expires_at > :now)"""
USED = "update links set last_used_at = :at where owner = :owner and id = :id"


class SqlLinkStore:
    """`LinkStore` over any `Database`."""

    def __init__(self, database: Database, everybodys: Database | None = None) -> None:
        self._database = database
        # Who comes with a link names no owner: the link tells whose it is.
        self._everybodys = everybodys or database

    async def add(self, link: Link) -> None:
        async with self._database.transaction() as session:
            values = {**link.model_dump(), "scopes": encode(list(link.scopes))}
            await session.execute(ADD, **values)

    async def list(
        self, owner: str, part: Slice, *, resource: str | None = None, resource_id: str = ""
    ) -> Page[Link]:
        where, values = OF_OWNER, {"owner": owner}
        if resource is not None:
            where, values["resource"] = where + OF_KIND, resource
        if resource_id:
            where, values["resource_id"] = where + OF_THING, resource_id
        found = await self._database.page(
            f"select * {where} {ORDER}",
            f"select count(*) as total {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_link(row) for row in found.rows], found.total)

    async def remove(self, owner: str, link_id: str) -> bool:
        return await self._change(REMOVE, owner=owner, id=link_id) == 1

    async def find(self, digest: bytes, now: float) -> Link | None:
        row = await find(self._everybodys, FIND, digest=digest, now=now)
        return _link(row) if row else None

    async def used(self, owner: str, link_id: str, at: float) -> None:
        await self._change(USED, owner=owner, id=link_id, at=at)

    async def _change(self, statement: str, **values: Any) -> int:
        async with self._database.transaction() as session:
            return await session.execute(statement, **values)


def _link(row: Record) -> Link:
    return Link(
        id=row["id"],
        owner=row["owner"],
        digest=bytes(row["digest"]),
        resource=row["resource"],
        resource_id=row["resource_id"],
        scopes=tuple(decode(row["scopes"])),
        made_by=row["made_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
    )

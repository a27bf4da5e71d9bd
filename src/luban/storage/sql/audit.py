"""The audit log as rows; triggers of the database refuse every change but forgetting by age."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from luban.model.values import decode, encode
from luban.ports.audit import AuditEntry, AuditQuery
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record

ADD = """
insert into audit (at, user_id, team, signed_in_by, grant_id, action, resource, resource_id,
  outcome, status, address, agent, request_id, details)
values (:at, :user, :team, :by, :grant, :action, :resource, :resource_id,
  :outcome, :status, :address, :agent, :request_id, :details)"""
LIST = """
select * from audit {where} order by id desc limit :limit offset :offset"""
COUNT = "select count(*) as total from audit {where}"
NEXT = "select * from audit {where} order by id limit :limit"
FORGOTTEN = "delete from audit_horizon"
FORGET_UNTIL = "insert into audit_horizon (before) values (:before)"
FORGET = """
delete from audit where id in (select id from audit where at < :before order by at limit :limit)"""

_AT_ONCE = 1000
_FILTERS = {
    "user": "user_id = :user",
    "team": "team = :team",
    "action": "action = :action",
    "resource": "resource = :resource",
    "resource_id": "resource_id = :resource_id",
    "outcome": "outcome = :outcome",
    "since": "at >= :since",
    "until": "at < :until",
}


class SqlAuditStore:
    """`AuditStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *entries: AuditEntry) -> None:
        async with self._database.transaction() as session:
            await session.execute_many(ADD, [_values(entry) for entry in entries])

    async def list(self, query: AuditQuery, part: Slice) -> Page[AuditEntry]:
        where, values = _where(query)
        found = await self._database.page(
            LIST.format(where=where),
            COUNT.format(where=where),
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_entry(row) for row in found.rows], found.total)

    async def export(self, query: AuditQuery) -> AsyncIterator[AuditEntry]:
        where, values = _where(query, "id > :after")
        statement, after = NEXT.format(where=where), 0
        while True:
            rows = await self._database.fetch(statement, after=after, limit=_AT_ONCE, **values)
            for row in rows:
                yield _entry(row)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1]["id"]

    async def forget_before(self, at: float) -> int:
        removed = 0
        while True:
            async with self._database.transaction() as session:
                await session.execute(FORGOTTEN)
                await session.execute(FORGET_UNTIL, before=at)
                went = await session.execute(FORGET, before=at, limit=_AT_ONCE)
            removed += went
            if went < _AT_ONCE:
                return removed


def _where(query: AuditQuery, *more: str) -> tuple[str, dict[str, Any]]:
    wanted = {name: value for name, value in query.model_dump().items() if value not in ("", None)}
    conditions: Sequence[str] = [*more, *(_FILTERS[name] for name in wanted)]
    return f"where {' and '.join(conditions)}" if conditions else "", wanted


def _values(entry: AuditEntry) -> dict[str, Any]:
    return entry.model_dump(exclude={"id"}) | {"details": encode(dict(entry.details))}


def _entry(row: Record) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        at=row["at"],
        user=row["user_id"],
        team=row["team"],
        by=row["signed_in_by"],
        grant=row["grant_id"],
        action=row["action"],
        resource=row["resource"],
        resource_id=row["resource_id"],
        outcome=row["outcome"],
        status=row["status"],
        address=row["address"],
        agent=row["agent"],
        request_id=row["request_id"],
        details=decode(row["details"]),
    )

"""Runs as people look at them, as rows."""

from __future__ import annotations

from typing import Any

from luban.model.events import Event, RunEnded, RunResumed, to_row
from luban.model.run import Run, RunDraft, RunStatus
from luban.model.values import decode, encode
from luban.ports.stores import Page, Slice
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.journal import INSERT_ROW

SELECT = """
select r.*, coalesce(a.name, '') as agent_name
from runs r left join agents a on a.id = r.agent_id and a.owner = r.owner"""
INSERT = """
insert into runs (id, owner, agent_id, version, status, trigger_kind, trigger_key, inputs,
  created_at)
values (:id, :owner, :agent_id, :version, 'queued', :trigger_kind, :trigger_key, :inputs,
  :created_at)
on conflict (owner, trigger_key) where trigger_key is not null do nothing"""
FIND = f"{SELECT} where r.owner = :owner and r.id = :id"
FIND_TRIGGERED = f"{SELECT} where r.owner = :owner and r.trigger_key = :trigger_key"
OF_AGENT = " and r.agent_id = :agent_id"
WITH_STATUS = " and r.status = :status"
END_IDLE = """
update runs set status = 'cancelled', waiting_for = null, ended_at = :at
where owner = :owner and id = :id and status in ('queued', 'waiting') returning seq"""
# First, for it keeps the run as it stands until the transaction is over.
MARK = """
update runs set cancel_requested = 1, nudge = nudge + 1
where owner = :owner and id = :id and status in ('queued', 'waiting', 'running')"""
REQUEUE = """
update runs set status = 'queued', waiting_for = null, nudge = nudge + 1
where owner = :owner and id = :id and status = 'waiting' returning seq"""


class SqlRunStore:
    """`RunStore` over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, draft: RunDraft) -> Run:
        async with self._database.transaction() as session:
            await session.execute(
                INSERT,
                id=draft.id,
                owner=draft.owner,
                agent_id=draft.agent_id,
                version=draft.version,
                trigger_kind=draft.trigger,
                trigger_key=draft.trigger_key,
                inputs=encode(draft.inputs),
                created_at=draft.created_at,
            )
            if draft.trigger_key is None:
                rows = await session.fetch(FIND, owner=draft.owner, id=draft.id)
            else:
                rows = await session.fetch(
                    FIND_TRIGGERED, owner=draft.owner, trigger_key=draft.trigger_key
                )
            return _run(rows[0])

    async def find(self, owner: str, run_id: str) -> Run | None:
        row = await find(self._database, FIND, owner=owner, id=run_id)
        return _run(row) if row else None

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        agent_id: str | None = None,
        status: RunStatus | None = None,
    ) -> Page[Run]:
        where, values = "where r.owner = :owner", {"owner": owner}
        if agent_id is not None:
            where, values["agent_id"] = where + OF_AGENT, agent_id
        if status is not None:
            where, values["status"] = where + WITH_STATUS, status.value
        found = await self._database.page(
            f"{SELECT} {where} order by r.seq desc limit :limit offset :offset",
            f"select count(*) as total from runs r {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([_run(row) for row in found.rows], found.total)

    async def request_cancel(self, owner: str, run_id: str, at: float) -> bool:
        async with self._database.transaction() as session:
            if not await session.execute(MARK, owner=owner, id=run_id):
                return False
            ended = await find(session, END_IDLE, owner=owner, id=run_id, at=at)
            if ended is None:
                return True  # its worker will see the mark
            event = RunEnded(RunStatus.CANCELLED.value, {}, None, [], at)
            await _record(session, owner, run_id, ended["seq"], event)
            return True

    async def resume(self, owner: str, run_id: str, limits: dict[str, float], at: float) -> bool:
        async with self._database.transaction() as session:
            resumed = await find(session, REQUEUE, owner=owner, id=run_id)
            if resumed is None:
                return False
            await _record(session, owner, run_id, resumed["seq"], RunResumed(limits, at))
            return True


async def _record(session: Session, owner: str, run: str, seq: int, event: Event) -> None:
    row = to_row(run, event)
    await session.execute(INSERT_ROW, owner=owner, run=seq, kind=row.kind, data=row.data)


def _run(row: Record) -> Run:
    return Run(
        id=row["id"],
        owner=row["owner"],
        agent_id=row["agent_id"],
        agent_name=row["agent_name"],
        version=row["version"],
        status=RunStatus(row["status"]),
        trigger=row["trigger_kind"],
        inputs=decode(row["inputs"]),
        outputs=_optional(row["outputs"], {}),
        error=_optional(row["error"], None),
        starved=_optional(row["starved"], []),
        waiting_for=_optional(row["waiting_for"], None),
        steps=row["steps"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
    )


def _optional(content: bytes | None, absent: Any) -> Any:
    return absent if content is None else decode(content)

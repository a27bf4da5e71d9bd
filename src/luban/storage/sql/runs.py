"""Runs as people look at them, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.model.events import Event
from luban.model.run import Run, RunDraft, RunStatus
from luban.model.values import encode
from luban.ports.stores import EVERY_RUN, Caps, Narrowed, Page, Slice
from luban.storage.new_run import new_run
from luban.storage.sql import family, inbox, pauses, shares
from luban.storage.sql.database import Database, Record, Session, find
from luban.storage.sql.holding import HeldRun
from luban.storage.sql.journal import record
from luban.storage.sql.run_rows import run
from luban.storage.sql.shares import ONE_WRITER, Turn, Turns, take_turn

SELECT = """
select r.*, coalesce(a.name, '') as agent_name
from runs r left join agents a on a.id = r.agent_id and a.owner = r.owner"""
INSERT = """
insert into runs (id, owner, agent_id, version, status, trigger_kind, trigger_key, inputs,
  parent, parent_node, parent_iteration, parent_key, depth, prio, vt, at_once, capped,
  forked_from, options, cancel_requested, kin, claims, created_at)
values (:id, :owner, :agent_id, :version, 'queued', :trigger_kind, :trigger_key, :inputs,
  :parent, :parent_node, :parent_iteration, :parent_key, :depth, :prio, :vt, :at_once,
  (select case when s.running is null then :capped else 1 end from shares s
    where s.owner = :owner {share}),
  :forked_from, :options, :cancel_requested, :kin, :claims, :created_at)
on conflict (owner, trigger_key) where trigger_key is not null do nothing
returning seq, (select name from agents a
  where a.id = runs.agent_id and a.owner = runs.owner) as agent_name"""
FIND = f"{SELECT} where r.owner = :owner and r.id = :id"
FIND_TRIGGERED = f"{SELECT} where r.owner = :owner and r.trigger_key = :trigger_key"
OF_AGENT = " and r.agent_id = :agent_id"
WITH_STATUS = " and r.status = :status"
OF_PARENT = " and r.parent = :parent"
SINCE = " and r.created_at >= :since"
UNTIL = " and r.created_at < :until"
TRIGGERED_BY = " and r.trigger_kind = :trigger"
ASKING = " and r.asks > 0"


class SqlRunStore:
    """`RunStore` over any `Database`."""

    def __init__(
        self, database: Database, turns: Turns = ONE_WRITER, *, queue: Database | None = None
    ) -> None:
        """`queue` is where the runs of all owners are seen, to take a turn among them."""
        self._database = database
        self._queue = queue or database
        self._turns = turns
        self._insert = INSERT.format(share=turns.share)

    async def create(self, draft: RunDraft, events: Sequence[Event] = ()) -> Run:
        turn = None
        if self._turns.apart:
            if (made := await _triggered(self._database, draft)) is not None:
                return made
            turn = await self._turn(self._queue, draft)
        async with self._database.transaction() as session:
            return await _triggered(session, draft) or await self._store(
                session, draft, turn or await self._turn(session, draft), events
            )

    async def _turn(self, asked: Database | Session, draft: RunDraft) -> Turn:
        return await take_turn(asked, self._turns, draft.owner, draft.priority)

    async def _store(
        self, session: Session, draft: RunDraft, turn: Turn, events: Sequence[Event]
    ) -> Run:
        if turn.queued is not None:
            await shares.check_queued(session, draft.owner)
        parent = await _bear(session, draft)
        row = await find(
            session,
            self._insert,
            **_values(draft),
            vt=turn.vt,
            capped=int(draft.at_once is not None),
            cancel_requested=parent["cancel_requested"] if parent else 0,
            kin=family.UNTOLD if parent else 0,
            claims=1 if events else 0,
        )
        if row is None:  # another with the same trigger key came meanwhile
            triggered = await _triggered(session, draft)
            assert triggered is not None
            return triggered
        await record(session, draft.id, HeldRun(row["seq"], draft.owner), *events)
        return new_run(draft, row["agent_name"] or "")

    async def find(self, owner: str, run_id: str) -> Run | None:
        row = await find(self._database, FIND, owner=owner, id=run_id)
        return run(row) if row else None

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        agent_id: str | None = None,
        status: RunStatus | None = None,
        parent: str | None = None,
        narrowed: Narrowed = EVERY_RUN,
    ) -> Page[Run]:
        where, values = _narrowing(narrowed, {"owner": owner})
        if agent_id is not None:
            where, values["agent_id"] = where + OF_AGENT, agent_id
        if status is not None:
            where, values["status"] = where + WITH_STATUS, status.value
        if parent is not None:
            where, values["parent"] = where + OF_PARENT, parent
        return await self._page(where, part, values, oldest_first=narrowed.oldest_first)

    async def asking(self, owner: str, part: Slice) -> Page[Run]:
        return await self._page(ASKING, part, {"owner": owner})

    async def _page(
        self, where: str, part: Slice, values: dict[str, Any], *, oldest_first: bool = False
    ) -> Page[Run]:
        where = f"where r.owner = :owner{where}"
        order = "asc" if oldest_first else "desc"
        found = await self._database.page(
            f"{SELECT} {where} order by r.seq {order} limit :limit offset :offset",
            f"select count(*) as total from runs r {where}",
            limit=part.page_size,
            offset=part.offset,
            **values,
        )
        return Page([run(row) for row in found.rows], found.total)

    async def request_cancel(self, owner: str, run_id: str, at: float) -> bool:
        async with self._database.transaction() as session:
            return bool(await family.cancel(session, owner, run_id, at))

    async def request_pause(self, owner: str, run_id: str, at: float) -> bool:
        async with self._database.transaction() as session:
            return await pauses.pause(session, owner, run_id, at)

    async def resume(self, owner: str, run_id: str, limits: dict[str, float], at: float) -> bool:
        async with self._queue.transaction() as session:
            return await pauses.resume(session, owner, run_id, limits, at)

    async def signal(
        self, owner: str, run_id: str, key: str, data: Any, at: float, *, once: str | None = None
    ) -> bool:
        async with self._queue.transaction() as session:
            return await inbox.send(session, owner, run_id, key, data, at, once)

    async def caps(self, owner: str) -> Caps:
        return await shares.caps(self._database, owner)

    async def set_caps(self, owner: str, caps: Caps) -> None:
        async with self._database.transaction() as session:
            await shares.set_caps(session, self._turns, owner, caps)


def _narrowing(narrowed: Narrowed, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The conditions, and the values they name."""
    where = ""
    if narrowed.statuses:
        named = {f"status_{each.value}": each.value for each in narrowed.statuses}
        where += f" and r.status in ({', '.join(f':{name}' for name in named)})"
        values |= named
    if narrowed.since is not None:
        where, values["since"] = where + SINCE, narrowed.since
    if narrowed.until is not None:
        where, values["until"] = where + UNTIL, narrowed.until
    if narrowed.trigger:
        where, values["trigger"] = where + TRIGGERED_BY, narrowed.trigger
    return where, values


async def _triggered(asked: Database | Session, draft: RunDraft) -> Run | None:
    """The run that was started with the same trigger key."""
    if draft.trigger_key is None:
        return None
    key = draft.trigger_key
    row = await find(asked, FIND_TRIGGERED, owner=draft.owner, trigger_key=key)
    return run(row) if row else None


async def _bear(session: Session, draft: RunDraft) -> Record | None:
    if draft.parent is None:
        return None
    return await find(session, family.BEAR, owner=draft.owner, parent=draft.parent.run)


def _values(draft: RunDraft) -> dict[str, Any]:
    parent = draft.parent
    return {
        "id": draft.id,
        "owner": draft.owner,
        "agent_id": draft.agent_id,
        "version": draft.version,
        "trigger_kind": draft.trigger,
        "trigger_key": draft.trigger_key,
        "inputs": encode(draft.inputs),
        "parent": parent.run if parent else None,
        "parent_node": parent.node if parent else None,
        "parent_iteration": parent.iteration if parent else None,
        "parent_key": parent.key if parent else None,
        "depth": draft.depth,
        "prio": draft.priority,
        "at_once": draft.at_once,
        "forked_from": draft.forked_from,
        "options": encode(draft.options.model_dump()) if draft.options else None,
        "created_at": draft.created_at,
    }

"""Old runs: hidden by taking their owner from them, then removed piece by piece.

A run without an owner is in no answer of any store, for every query of a store names one. So a run
is gone at once and whole, however long the removal of its journal takes, and whoever comes next
finds what is left to remove.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from luban.model.run import ENDED
from luban.model.values import decode
from luban.ports.retention import AgentDocument
from luban.storage.sql.database import Database, Session

NOBODY = ""
"""The owner of what is about to be removed."""
ROWS = 500
"""Rows that one transaction removes: some milliseconds."""
BLOBS = 16
"""Rows of large contents that one transaction removes; each may be many pages."""
_RUNS = 50

_ENDS = ", ".join(sorted(f"'{status}'" for status in ENDED))

AGENTS = """
select id, owner, case when {speaks} then document end as document from agents
where id > :after and {wanted} order by id limit :limit"""
LAST_KEPT = """
select ended_at, seq from runs
where owner = :owner and agent_id = :agent_id and ended_at is not null
order by ended_at desc, seq desc limit 1 offset :kept"""
EXPIRED = """
select id from runs where owner = :owner and agent_id = :agent_id and {too_old} and {may_go}
order by ended_at, seq limit :limit"""
BY_AGE = "ended_at < :before"
# Not as a comparison of pairs, for which SQLite would not use the index.
BY_COUNT = "ended_at <= :ended_at and (ended_at < :ended_at or seq < :seq)"
MAY_GO = f"""
status in ({_ENDS})
and not exists (
  select 1 from runs p where p.id = runs.parent and p.status not in ({_ENDS}))
and not exists (
  select 1 from runs c where c.parent = runs.id and c.status not in ({_ENDS}))
and not exists (select 1 from runs o where o.owner <> '{NOBODY}' and {{mentions}})"""
HIDE = f"""
update runs set owner = '{NOBODY}', trigger_key = null
where owner = :owner and id = :id and {{may_go}} returning id"""
HIDDEN = f"select seq from runs where owner = '{NOBODY}' order by seq limit {_RUNS}"
REMOVE_RUNS = "delete from runs where seq {listed}"


class Dialect(Protocol):
    """What a kind of database says in its own way."""

    columns: str
    """Rows of `table`, `column` and `type` of everything there is."""
    speaks_of_keeping: str
    """Whether an agent's document has the word."""
    remove: str
    """Removes `:limit` rows of `{table}` whose run is `{listed}`."""
    listed: str
    """Follows a column: it is one of `:runs`."""
    mentions: str
    """Whether a run `o` answers from what the run of `runs` has recorded."""
    alone: str | None
    """What makes this transaction the only one that removes."""

    def list_of(self, numbers: list[int]) -> Any:
        """The value for `:runs`."""
        ...


class SqlRetention:
    """`RunRetention` over any `Database`."""

    def __init__(self, database: Database, dialect: Dialect) -> None:
        self._database = database
        self._dialect = dialect
        self._tables: list[str] = []
        self._may_go = MAY_GO.format(mentions=dialect.mentions)

    async def agents(self, after: str, limit: int, *, silent: bool) -> list[AgentDocument]:
        speaks = self._dialect.speaks_of_keeping
        statement = AGENTS.format(speaks=speaks, wanted="1 = 1" if silent else speaks)
        rows = await self._database.fetch(statement, after=after, limit=limit)
        return [
            AgentDocument(
                row["id"],
                row["owner"],
                None if row["document"] is None else decode(row["document"]),
            )
            for row in rows
        ]

    async def expired(
        self, owner: str, agent_id: str, *, before: float | None, beyond: int | None, limit: int
    ) -> list[str]:
        values: dict[str, Any] = {"owner": owner, "agent_id": agent_id}
        found: list[str] = []
        if before is not None:
            found = await self._expired(BY_AGE, {**values, "before": before, "limit": limit})
        if found or beyond is None:
            return found
        last = await self._database.fetch(LAST_KEPT, **values, kept=beyond - 1)
        if not last:
            return []
        newest = {"ended_at": last[0]["ended_at"], "seq": last[0]["seq"]}
        return await self._expired(BY_COUNT, {**values, **newest, "limit": limit})

    async def _expired(self, too_old: str, values: dict[str, Any]) -> list[str]:
        statement = EXPIRED.format(too_old=too_old, may_go=self._may_go)
        return [row["id"] for row in await self._database.fetch(statement, **values)]

    async def hide(self, owner: str, runs: Sequence[str]) -> list[str]:
        hidden: list[str] = []
        async with self._database.transaction() as session:
            await self._alone(session)
            for run in runs:
                statement = HIDE.format(may_go=self._may_go)
                hidden += [row["id"] for row in await session.fetch(statement, owner=owner, id=run)]
        return hidden

    async def remove(self) -> int:
        await self._look()
        if not await self._database.fetch(HIDDEN):  # spares the write lock, which others want
            return 0
        dialect = self._dialect
        async with self._database.transaction() as session:
            await self._alone(session)
            hidden = [row["seq"] for row in await session.fetch(HIDDEN)]
            runs = dialect.list_of(hidden)
            removed = 0
            for table in self._tables:
                limit = BLOBS if table == "blobs" else ROWS
                statement = dialect.remove.format(table=table, listed=dialect.listed)
                count = await session.execute(statement, runs=runs, limit=limit)
                removed += count
                if count == limit:
                    return removed
            statement = REMOVE_RUNS.format(listed=dialect.listed)
            return removed + await session.execute(statement, runs=runs)

    async def _alone(self, session: Session) -> None:
        if self._dialect.alone is not None:
            await session.fetch(self._dialect.alone)

    async def _look(self) -> None:
        """Finds out which tables have rows of runs: all that have a number under `run`."""
        if self._tables:
            return
        rows = await self._database.fetch(self._dialect.columns)
        self._tables = sorted(
            row["table"] for row in rows if row["column"] == "run" and "int" in row["type"].lower()
        )

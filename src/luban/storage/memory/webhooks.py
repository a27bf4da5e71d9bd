"""Webhooks of an installation in memory, whose runs are in no database that could tell of them."""

from __future__ import annotations

from luban.model.run import Run, RunStatus
from luban.ports.webhooks import Happening
from luban.storage.memory.tables import Tables
from luban.storage.sql.database import Session
from luban.storage.sql.webhooks import SqlWebhookStore

SINCE = "select owner, min(created_at) as since from webhooks group by owner"
_TOLD = frozenset({"waiting", "completed", "failed", "cancelled"})


class MemoryWebhookStore(SqlWebhookStore):
    """Finds what happened by looking how runs stand, compared with when it looked before."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables.records)
        self._tables = tables
        self._stood: dict[str, RunStatus] = {}

    async def due(self, now: float) -> bool:
        rows = await self._database.fetch(SINCE)
        owners = {row["owner"]: row["since"] for row in rows}
        changed = any(
            self._before(each.run, owners[each.run.owner]) is not each.run.status
            for each in self._tables.runs.values()
            if each.run.owner in owners
        )
        return changed or await super().due(now)

    async def _happened(self, session: Session, limit: int) -> list[Happening]:
        owners = {row["owner"]: row["since"] for row in await session.fetch(SINCE)}
        found: list[Happening] = []
        for record in self._tables.runs.values():
            run = record.run
            if run.owner in owners and len(found) < limit:
                before = self._before(run, owners[run.owner])
                found += _news(run, before, first=run.id not in self._stood)
                self._stood[run.id] = run.status
        return found

    async def _run(self, session: Session, owner: str, run_id: str) -> Run | None:
        record = self._tables.runs.get(run_id)
        return record.run if record else None

    def _before(self, run: Run, since: float) -> RunStatus:
        """A run that is older than the first webhook has nothing to tell of its past."""
        new = RunStatus.QUEUED if run.created_at >= since else run.status
        return self._stood.get(run.id, new)


def _news(run: Run, before: RunStatus, *, first: bool) -> list[Happening]:
    if before is run.status:
        return []
    waits = [wait.model_dump() for wait in run.waiting_for]
    news: list[Happening] = []
    if first and run.started_at is not None:
        news.append(Happening(run.owner, run.id, "run.started", [], run.started_at))
    if run.status in _TOLD:
        at = run.ended_at or run.started_at or run.created_at
        waiting = waits if run.status is RunStatus.WAITING else []
        news.append(Happening(run.owner, run.id, f"run.{run.status.value}", waiting, at))
    return news

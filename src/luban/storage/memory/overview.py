"""How the installation in memory stands."""

from __future__ import annotations

from luban.model.run import RunStatus
from luban.ports.journal import QUARANTINE_AFTER
from luban.ports.overview import QueueDepth, Sizes, StuckRun, WorkerRow
from luban.storage.memory.tables import QueuedRun, Tables
from luban.storage.sql.database import find

PEOPLE = """
select (select count(*) from users) as users, (select count(*) from sessions) as sessions"""

KEPT = "select count(*) as files, coalesce(sum(size), 0) as bytes from files"


class MemoryOverviewStore:
    """`OverviewStore` over `tables`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def ping(self) -> None:
        """Memory always answers."""

    async def depth(self) -> QueueDepth:
        runs = [record.run for record in self._tables.runs.values()]
        queued = [run.created_at for run in runs if run.status is RunStatus.QUEUED]
        return QueueDepth(
            len(queued),
            sum(run.status is RunStatus.RUNNING for run in runs),
            sum(run.status is RunStatus.WAITING for run in runs),
            min(queued, default=None),
        )

    async def workers(self) -> list[WorkerRow]:
        records = self._tables.runs.values()
        return [
            WorkerRow(worker, 0.0, None, not alive, sum(one.worker == worker for one in records))
            for worker, alive in sorted(self._tables.workers.items())
        ]

    async def stuck(self, before: float, limit: int = 100) -> list[StuckRun]:
        found: list[StuckRun] = []
        for record in self._tables.runs.values():
            reason = _reason(record, before)
            if reason is not None and len(found) < limit:
                run = record.run
                since = run.started_at or run.created_at
                found.append(
                    StuckRun(
                        run.id,
                        run.owner,
                        run.agent_id,
                        run.status.value,
                        reason,
                        since,
                        record.strikes,
                    )
                )
        return found

    async def sizes(self) -> Sizes:
        tables = self._tables
        people = await find(tables.records, PEOPLE)
        kept = await find(tables.records, KEPT)
        counts = {
            "agents": len(tables.agents) - len(tables.deleted),
            "files": kept["files"] if kept else 0,
            "runs_ever": len(tables.runs),
            "events_ever": sum(map(len, tables.journal.values())),
            "users": people["users"] if people else 0,
            "sessions": people["sessions"] if people else 0,
        }
        return Sizes(0, kept["bytes"] if kept else 0, counts)


def _reason(record: QueuedRun, before: float) -> str | None:
    if record.run.status is RunStatus.WAITING and not record.parked:
        return "quarantined" if record.strikes >= QUARANTINE_AFTER else "stands"
    if record.run.status is RunStatus.QUEUED and record.strikes:
        return "struck"
    if record.run.status is RunStatus.QUEUED and record.run.created_at < before:
        return "queued"
    return None

"""How the installation stands, asked of the tables of every owner."""

from __future__ import annotations

from luban.ports.journal import QUARANTINE_AFTER
from luban.ports.overview import QueueDepth, Sizes, StuckRun, WorkerRow
from luban.storage.sql.database import Database

PING = "select 1 as here"
# Each count has an index of its own.
DEPTH = """
select (select count(*) from runs where status = 'queued') as queued,
  (select count(*) from runs where status = 'running') as running,
  (select count(*) from runs where status = 'waiting') as waiting,
  (select min(created_at) from runs where status = 'queued') as oldest"""
WORKERS = """
select w.id, w.started_at, w.lease, w.dead,
  (select count(*) from runs r where r.worker = w.id and r.status = 'running') as running
from workers w order by w.id limit 1000"""
# What waits without being parked stands for its owner.
STUCK = f"""
select id, owner, agent_id, status, strikes, coalesce(started_at, created_at) as since,
  case when status = 'waiting' and strikes >= {QUARANTINE_AFTER} then 'quarantined'
    when status = 'waiting' then 'stands'
    when strikes > 0 then 'struck' else 'queued' end as reason
from runs
where (status = 'waiting' and parked = 0) or (status = 'queued' and strikes > 0)
  or (status = 'queued' and created_at < :before)
order by seq limit :limit"""
COUNTS = """
select (select count(*) from agents where deleted_at is null) as agents,
  (select count(*) from files) as files,
  (select coalesce(sum(size), 0) from files) as file_bytes,
  (select coalesce(max(seq), 0) from runs) as runs_ever,
  (select coalesce(max(id), 0) from journal) as events_ever,
  (select count(*) from users) as users,
  (select count(*) from sessions) as sessions"""
SQLITE_SIZE = "select page_count * page_size as size from pragma_page_count(), pragma_page_size()"
POSTGRES_SIZE = "select pg_database_size(current_database()) as size"


class SqlOverviewStore:
    """`OverviewStore` over any `Database`; `size` is the statement that measures it."""

    def __init__(self, database: Database, size: str) -> None:
        self._database = database
        self._size = size

    async def ping(self) -> None:
        await self._database.fetch(PING)

    async def depth(self) -> QueueDepth:
        (row,) = await self._database.fetch(DEPTH)
        return QueueDepth(row["queued"], row["running"], row["waiting"], row["oldest"])

    async def workers(self) -> list[WorkerRow]:
        return [
            WorkerRow(row["id"], row["started_at"], row["lease"], bool(row["dead"]), row["running"])
            for row in await self._database.fetch(WORKERS)
        ]

    async def stuck(self, before: float, limit: int = 100) -> list[StuckRun]:
        return [
            StuckRun(
                id=row["id"],
                owner=row["owner"],
                agent_id=row["agent_id"],
                status=row["status"],
                reason=row["reason"],
                since=row["since"],
                strikes=row["strikes"],
            )
            for row in await self._database.fetch(STUCK, before=before, limit=limit)
        ]

    async def sizes(self) -> Sizes:
        (size,) = await self._database.fetch(self._size)
        (row,) = await self._database.fetch(COUNTS)
        names = ("agents", "files", "runs_ever", "events_ever", "users", "sessions")
        return Sizes(size["size"], row["file_bytes"], {name: row[name] for name in names})

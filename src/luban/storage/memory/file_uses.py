"""Whether anything in memory still speaks of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from luban.model.values import encode
from luban.ports.files import StoredFile
from luban.storage.memory.tables import Tables
from luban.storage.sql.database import Database
from luban.storage.sql.file_uses import SqlFileUses
from luban.storage.sqlite.retention import SqliteDialect

# Runs are no rows here, so whether they are gone is asked beside.
OF_RUNS = """
select * from files where workspace = '' and run <> '' and created_at < :before
  and (created_at > :after_at or (created_at = :after_at and id > :after_id))
order by created_at, id limit :limit"""


class MemoryFileUses:
    """`FileUses` over `Tables`: what is kept as rows is looked through as in SQLite."""

    of_gone_runs = OF_RUNS

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._rows = SqlFileUses(SqliteDialect())

    async def among(self, database: Database, files: Sequence[StoredFile]) -> set[str]:
        used = {file.id for file in files if file.run in self._tables.runs}
        for content in self._everything():
            used |= {file.id for file in files if file.id.encode() in content}
        return used | await self._rows.among(database, files)

    def _everything(self) -> Iterator[bytes]:
        tables = self._tables
        yield from (encode(agent.document) for agent in tables.agents.values())
        yield from (encode(version.document) for version in tables.versions.values())
        yield from (value for value, _ in tables.state.values())
        for queued in tables.runs.values():
            yield encode([queued.run.inputs, queued.run.outputs])
            yield encode([signal.data for signal in queued.inbox])
        for rows in tables.journal.values():
            yield from (
                row.data if isinstance(row.data, bytes) else encode(row.data) for row in rows
            )

"""Everything in one SQLite file, for one machine and any number of its processes."""

from __future__ import annotations

from pathlib import Path

from luban.ports.clock import Clock, SystemClock
from luban.storage.sql.agents import SqlAgentStore
from luban.storage.sql.files import SqlFileRecords
from luban.storage.sql.holding import Holding
from luban.storage.sql.replies import SqlReplyStore
from luban.storage.sql.runs import SqlRunStore
from luban.storage.sql.state import SqlStateStore
from luban.storage.sqlite.connection import Durability, SqliteFile
from luban.storage.sqlite.journal import SqliteJournal
from luban.storage.sqlite.opening import prepare
from luban.storage.sqlite.queue import SqliteQueue

__all__ = ["Durability", "SqliteDatabase", "open_database"]


class SqliteDatabase:
    """Every port over one file; `queue` and `journal` stand for one worker of this process."""

    kind = "sqlite"

    def __init__(self, path: Path, durability: Durability, clock: Clock) -> None:
        self._file = SqliteFile(path, durability)
        holding = Holding()
        self.queue = SqliteQueue(self._file, path.parent / "workers", holding, clock)
        self.journal = SqliteJournal(self._file, holding)
        self.agents = SqlAgentStore(self._file, clock)
        self.runs = SqlRunStore(self._file)
        self.state = SqlStateStore(self._file, clock)
        self.replies = SqlReplyStore(self._file)
        self.file_records = SqlFileRecords(self._file)

    async def close(self) -> None:
        """Hands back the worker's runs, if there is one, and lets the file go."""
        await self.queue.unregister()
        await self._file.close()


def open_database(
    path: Path | str, *, durability: Durability = "process", clock: Clock | None = None
) -> SqliteDatabase:
    """The database in the file at `path`, made or brought up to date first.

    Raises `DataFolderNotWritable`, `NotADatabase`, `DatabaseDamaged`, `DatabaseIsNewer`.
    """
    path = Path(path).absolute()
    prepare(path)
    return SqliteDatabase(path, durability, clock or SystemClock())

"""Everything in one SQLite file, for one machine and any number of its processes."""

from __future__ import annotations

from pathlib import Path

from luban.ports.clock import Clock, SystemClock
from luban.storage.sql.agents import SqlAgentStore
from luban.storage.sql.audit import SqlAuditStore
from luban.storage.sql.budgets import SqlBudgetStore
from luban.storage.sql.credentials import SqlCredentialStore
from luban.storage.sql.documents import SqlSearchIndex
from luban.storage.sql.factor_secrets import SqlFactorSecrets
from luban.storage.sql.file_uses import SqlFileUses
from luban.storage.sql.files import SqlFileRecords
from luban.storage.sql.holding import Holding
from luban.storage.sql.limits import SqlLimitStore
from luban.storage.sql.links import SqlLinkStore
from luban.storage.sql.models import SqlModelRows
from luban.storage.sql.overview import SQLITE_SIZE, SqlOverviewStore
from luban.storage.sql.proposals import SqlProposalStore
from luban.storage.sql.providers import SqlProviderStore
from luban.storage.sql.replies import SqlReplyStore
from luban.storage.sql.retention import SqlRetention
from luban.storage.sql.runs import SqlRunStore
from luban.storage.sql.sessions import SqlSessionStore
from luban.storage.sql.state import SqlStateStore
from luban.storage.sql.table_rows import SqlTableStore
from luban.storage.sql.teams import SqlTeamStore
from luban.storage.sql.threads import SqlThreadStore
from luban.storage.sql.tool_servers import SqlToolServerStore
from luban.storage.sql.users import SqlUserStore
from luban.storage.sql.webhooks import SqlWebhookStore
from luban.storage.sqlite.connection import Durability, SqliteFile
from luban.storage.sqlite.journal import SqliteJournal
from luban.storage.sqlite.opening import prepare
from luban.storage.sqlite.queue import SqliteQueue
from luban.storage.sqlite.retention import SqliteDialect
from luban.storage.sqlite.words import SqliteWords

__all__ = ["Durability", "SqliteDatabase", "open_database"]

NOW = "((julianday('now') - 2440587.5) * 86400.0)"
"""Unix time, by the clock of the machine the file is on."""


class SqliteDatabase:
    """Every port over one file; `queue` and `journal` stand for one worker of this process."""

    kind = "sqlite"
    unfenced = ""

    def __init__(self, path: Path, durability: Durability, clock: Clock) -> None:
        self._file = SqliteFile(path, durability)
        holding = Holding()
        self.queue = SqliteQueue(self._file, path.parent / "workers", holding, clock)
        self.journal = SqliteJournal(self._file, holding)
        self.agents = SqlAgentStore(self._file, clock)
        self.runs = SqlRunStore(self._file)
        self.retention = SqlRetention(self._file, SqliteDialect())
        self.state = SqlStateStore(self._file, clock)
        self.rows = SqlTableStore(self._file)
        self.index = SqlSearchIndex(self._file, SqliteWords())
        self.replies = SqlReplyStore(self._file)
        self.budgets = SqlBudgetStore(self._file)
        self.credentials = SqlCredentialStore(self._file)
        self.providers = SqlProviderStore(self._file)
        self.proposals = SqlProposalStore(self._file)
        self.models = SqlModelRows(self._file)
        self.tool_servers = SqlToolServerStore(self._file)
        self.limits = SqlLimitStore(self._file, NOW)
        self.file_records = SqlFileRecords(self._file, SqlFileUses(SqliteDialect()))
        self.audit = SqlAuditStore(self._file)
        self.overview = SqlOverviewStore(self._file, SQLITE_SIZE)
        self.webhooks = SqlWebhookStore(self._file)
        self.users = SqlUserStore(self._file)
        self.factor_secrets = SqlFactorSecrets(self._file)
        self.sessions = SqlSessionStore(self._file)
        self.teams = SqlTeamStore(self._file)
        self.links = SqlLinkStore(self._file)
        self.threads = SqlThreadStore(self._file)

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

"""The full twin of the databases in memory: for tests, for trying out, and for `luban run`."""

from __future__ import annotations

from luban.ports.clock import Clock, SystemClock
from luban.storage.memory.agents import MemoryAgentStore
from luban.storage.memory.bytes import MemoryBytes
from luban.storage.memory.file_uses import MemoryFileUses
from luban.storage.memory.journal import MemoryJournal
from luban.storage.memory.limits import MemoryLimitStore
from luban.storage.memory.overview import MemoryOverviewStore
from luban.storage.memory.queue import MemoryQueue
from luban.storage.memory.replies import MemoryReplyStore
from luban.storage.memory.retention import MemoryRetention
from luban.storage.memory.runs import MemoryRunStore
from luban.storage.memory.state import MemoryStateStore
from luban.storage.memory.tables import Tables
from luban.storage.memory.webhooks import MemoryWebhookStore
from luban.storage.sql.audit import SqlAuditStore
from luban.storage.sql.budgets import SqlBudgetStore
from luban.storage.sql.credentials import SqlCredentialStore
from luban.storage.sql.documents import SqlSearchIndex
from luban.storage.sql.factor_secrets import SqlFactorSecrets
from luban.storage.sql.files import SqlFileRecords
from luban.storage.sql.links import SqlLinkStore
from luban.storage.sql.models import SqlModelRows
from luban.storage.sql.proposals import SqlProposalStore
from luban.storage.sql.providers import SqlProviderStore
from luban.storage.sql.sessions import SqlSessionStore
from luban.storage.sql.table_rows import SqlTableStore
from luban.storage.sql.teams import SqlTeamStore
from luban.storage.sql.threads import SqlThreadStore
from luban.storage.sql.tool_servers import SqlToolServerStore
from luban.storage.sql.users import SqlUserStore
from luban.storage.sqlite.words import SqliteWords

__all__ = ["MemoryBytes", "MemoryDatabase", "Tables"]


class MemoryDatabase:
    """Every port over `tables`; a second one over the same tables is a second worker."""

    kind = "memory"
    unfenced = ""

    def __init__(self, tables: Tables | None = None, *, clock: Clock | None = None) -> None:
        self.tables = tables or Tables()
        clock = clock or SystemClock()
        self.queue = MemoryQueue(self.tables, clock)
        self.journal = MemoryJournal(self.tables, self.queue)
        self.agents = MemoryAgentStore(self.tables, clock)
        self.runs = MemoryRunStore(self.tables)
        self.retention = MemoryRetention(self.tables)
        self.state = MemoryStateStore(self.tables, clock)
        self.rows = SqlTableStore(self.tables.records)
        self.index = SqlSearchIndex(self.tables.records, SqliteWords())
        self.replies = MemoryReplyStore(self.tables)
        self.budgets = SqlBudgetStore(self.tables.records)
        self.credentials = SqlCredentialStore(self.tables.records)
        self.providers = SqlProviderStore(self.tables.records)
        self.proposals = SqlProposalStore(self.tables.records)
        self.models = SqlModelRows(self.tables.records)
        self.tool_servers = SqlToolServerStore(self.tables.records)
        self.limits = MemoryLimitStore(self.tables, clock)
        self.file_records = SqlFileRecords(self.tables.records, MemoryFileUses(self.tables))
        self.audit = SqlAuditStore(self.tables.records)
        self.overview = MemoryOverviewStore(self.tables)
        self.webhooks = MemoryWebhookStore(self.tables)
        self.users = SqlUserStore(self.tables.records)
        self.factor_secrets = SqlFactorSecrets(self.tables.records)
        self.sessions = SqlSessionStore(self.tables.records)
        self.teams = SqlTeamStore(self.tables.records, self.tables.owns)
        self.links = SqlLinkStore(self.tables.records)
        self.threads = SqlThreadStore(self.tables.records)

    async def close(self) -> None:
        """Hands back the worker's runs, if there is one."""
        await self.queue.unregister()

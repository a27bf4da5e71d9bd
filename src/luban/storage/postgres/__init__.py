"""Everything in one PostgreSQL database, for any number of machines and processes."""

from __future__ import annotations

import logging

from luban.ports.clock import Clock, SystemClock
from luban.storage.postgres.address import Address, is_postgres, parse
from luban.storage.postgres.bell import PostgresBell
from luban.storage.postgres.bus import PostgresBus
from luban.storage.postgres.errors import DatabaseUnreachable
from luban.storage.postgres.fence import Fence
from luban.storage.postgres.journal import PostgresJournal
from luban.storage.postgres.lease import DEFAULT_LEASE, Lease
from luban.storage.postgres.near import NearVectors
from luban.storage.postgres.opening import prepare
from luban.storage.postgres.owned import OwnedPool
from luban.storage.postgres.pool import PostgresPool
from luban.storage.postgres.queue import NOW, PostgresQueue
from luban.storage.postgres.retention import PostgresDialect
from luban.storage.postgres.signals import Signals
from luban.storage.postgres.turns import TURNS
from luban.storage.postgres.words import PostgresWords
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
from luban.storage.sql.overview import POSTGRES_SIZE, SqlOverviewStore
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

log = logging.getLogger(__name__)

__all__ = [
    "DEFAULT_LEASE",
    "DatabaseUnreachable",
    "PostgresDatabase",
    "is_postgres",
    "open_database",
]


class PostgresDatabase:
    """Every port over one database; `queue` and `journal` stand for one worker of this process."""

    kind = "postgresql"

    def __init__(
        self, address: Address, lease: float, clock: Clock, fence: Fence, near: bool = False
    ) -> None:
        self.signals = Signals(address)
        self.bell = PostgresBell(self.signals)
        self.bus = PostgresBus(self.signals)
        self._pool = PostgresPool(address)
        self.fence = fence
        self._owned = OwnedPool(address, fence.role) if fence.role else self._pool
        holding, worker_lease = Holding(), Lease(lease, clock)
        self.queue = PostgresQueue(self._pool, holding, worker_lease, clock)
        self.journal = PostgresJournal(self._pool, holding, worker_lease)
        self.agents = SqlAgentStore(self._owned, clock)
        self.runs = SqlRunStore(self._owned, TURNS, queue=self._pool)
        self.retention = SqlRetention(self._pool, PostgresDialect())
        self.state = SqlStateStore(self._owned, clock)
        self.rows = SqlTableStore(self._owned)
        self.near = NearVectors(self._owned, self._pool) if near else None
        self.index = SqlSearchIndex(self._owned, PostgresWords(), vectors=self.near)
        self.replies = SqlReplyStore(self._owned)
        self.budgets = SqlBudgetStore(self._owned)
        self.credentials = SqlCredentialStore(self._owned, self._pool)
        self.providers = SqlProviderStore(self._owned)
        self.proposals = SqlProposalStore(self._owned)
        self.models = SqlModelRows(self._owned)
        self.tool_servers = SqlToolServerStore(self._owned)
        self.limits = SqlLimitStore(self._pool, NOW, lambda: self.signals.send_once("limits"))
        self.signals.hear("limits", lambda _: self.limits.told())
        self.file_records = SqlFileRecords(self._owned, SqlFileUses(PostgresDialect()), self._pool)
        self.users = SqlUserStore(self._pool)
        self.factor_secrets = SqlFactorSecrets(self._pool)
        self.sessions = SqlSessionStore(self._pool)
        self.teams = SqlTeamStore(self._pool)
        self.links = SqlLinkStore(self._owned, self._pool)
        self.threads = SqlThreadStore(self._owned)
        self.audit = SqlAuditStore(self._pool)
        self.overview = SqlOverviewStore(self._pool, POSTGRES_SIZE)
        self.webhooks = SqlWebhookStore(
            self._pool, skip="for update skip locked", owned=self._owned
        )

    @property
    def unfenced(self) -> str:
        """Why row-level security is off; empty if it is on."""
        return self.fence.missing

    async def open(self) -> None:
        await self._pool.open()
        if self._owned is not self._pool:
            await self._owned.open()

    async def hear_others(self) -> None:
        """Joins `bell` and `bus` with those of other processes."""
        await self.signals.start()

    async def close(self) -> None:
        """Hands back the worker's runs, if there is one, and ends the connections."""
        await self.queue.unregister()
        if self.near is not None:
            await self.near.close()
        await self.signals.close()
        await self.journal.close()
        if self._owned is not self._pool:
            await self._owned.close()
        await self._pool.close()


async def open_database(
    url: str, *, lease: float = DEFAULT_LEASE, clock: Clock | None = None
) -> PostgresDatabase:
    """The database at `url`, its schema made or brought up to date first.

    A worker that is silent for `lease` seconds loses its runs to others. Raises `InvalidValue`,
    `DatabaseUnreachable`, `DatabaseMissing`, `DatabaseRefused`, `WrongDatabase`, `NewerDatabase`.
    """
    address = parse(url)
    fence, near = await prepare(address)
    if fence.missing:
        log.warning(
            "row-level security is off: %s (see docs/howto/use-postgresql.md)", fence.missing
        )
    database = PostgresDatabase(address, lease, clock or SystemClock(), fence, near)
    await database.open()
    return database

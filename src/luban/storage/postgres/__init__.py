"""Everything in one PostgreSQL database, for any number of machines and processes."""

from __future__ import annotations

from luban.ports.clock import Clock, SystemClock
from luban.storage.postgres.address import Address, is_postgres, parse
from luban.storage.postgres.bell import PostgresBell
from luban.storage.postgres.bus import PostgresBus
from luban.storage.postgres.errors import DatabaseUnreachable
from luban.storage.postgres.journal import PostgresJournal
from luban.storage.postgres.lease import DEFAULT_LEASE, Lease
from luban.storage.postgres.opening import prepare
from luban.storage.postgres.pool import PostgresPool
from luban.storage.postgres.queue import PostgresQueue
from luban.storage.postgres.signals import Signals
from luban.storage.sql.agents import SqlAgentStore
from luban.storage.sql.files import SqlFileRecords
from luban.storage.sql.holding import Holding
from luban.storage.sql.replies import SqlReplyStore
from luban.storage.sql.runs import SqlRunStore
from luban.storage.sql.state import SqlStateStore

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

    def __init__(self, address: Address, lease: float, clock: Clock) -> None:
        self.signals = Signals(address)
        self.bell = PostgresBell(self.signals)
        self.bus = PostgresBus(self.signals)
        self._pool = PostgresPool(address)
        holding, worker_lease = Holding(), Lease(lease, clock)
        self.queue = PostgresQueue(self._pool, holding, worker_lease, clock)
        self.journal = PostgresJournal(self._pool, holding, worker_lease)
        self.agents = SqlAgentStore(self._pool, clock)
        self.runs = SqlRunStore(self._pool)
        self.state = SqlStateStore(self._pool, clock)
        self.replies = SqlReplyStore(self._pool)
        self.file_records = SqlFileRecords(self._pool)

    async def open(self) -> None:
        await self._pool.open()

    async def hear_others(self) -> None:
        """Joins `bell` and `bus` with those of other processes."""
        await self.signals.start()

    async def close(self) -> None:
        """Hands back the worker's runs, if there is one, and ends the connections."""
        await self.queue.unregister()
        await self.signals.close()
        await self.journal.close()
        await self._pool.close()


async def open_database(
    url: str, *, lease: float = DEFAULT_LEASE, clock: Clock | None = None
) -> PostgresDatabase:
    """The database at `url`, its schema made or brought up to date first.

    A worker that is silent for `lease` seconds loses its runs to others. Raises `InvalidValue`,
    `DatabaseUnreachable`, `DatabaseMissing`, `DatabaseRefused`, `WrongDatabase`, `NewerDatabase`.
    """
    address = parse(url)
    await prepare(address)
    database = PostgresDatabase(address, lease, clock or SystemClock())
    await database.open()
    return database

"""Our engine over a real database, without the server around it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.works.luban_blocks import Blocks
from luban.engine.worker import Worker
from luban.model.events import Row
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import ENDED, Run, RunDraft, RunStatus
from luban.ports.bus import Bell
from luban.ports.clock import SystemClock
from luban.ports.journal import Journal, Recorded, RunChange
from luban.ports.stores import Agent
from luban.sdk.code import BlockSource
from luban.storage import postgres
from luban.storage.local import LocalBus
from luban.storage.sqlite import SqliteDatabase, open_database

OWNER = "local"
AGENT = "a_bench"
AT_ONCE = 32
"""Runs stored at the same time, as by so many requests."""
Database = SqliteDatabase | postgres.PostgresDatabase


async def database_at(where: str, lease: float = postgres.DEFAULT_LEASE) -> Database:
    """The database of a PostgreSQL address, else the file of that name."""
    if postgres.is_postgres(where):
        return await postgres.open_database(where, lease=lease)
    return open_database(Path(where))


class Graphs:
    """The graphs of this process, by agent and version."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], Graph] = {}

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        return self.known[agent_id, version]


class NoWorld:
    """These steps reach nothing outside."""

    def http(self, requester: Any) -> Any:
        raise NotImplementedError

    models = http

    def mcp(self, owner: str) -> Any:
        raise NotImplementedError

    def catalogue(self, owner: str, run_id: str) -> Any:
        raise NotImplementedError

    async def tools(self, owner: str, wanted: Sequence[str]) -> Any:
        raise NotImplementedError

    def browser(self) -> Any:
        raise NotImplementedError

    mail = browser

    def files(self, owner: str, agent_id: str, run_id: str) -> Any:
        raise NotImplementedError

    def state(self, owner: str, agent_id: str) -> Any:
        raise NotImplementedError

    def tables(self, owner: str, place: Any) -> Any:
        raise NotImplementedError

    def index(self, owner: str, agent_id: str, place: Any) -> Any:
        raise NotImplementedError

    def sandbox(self, owner: str, run_id: str, files: Any) -> Any:
        raise NotImplementedError

    databases = browser

    async def address(self, host: str, port: int) -> str:
        raise NotImplementedError

    async def start_agent(self, *what: Any, **named: Any) -> str:
        raise NotImplementedError

    async def cancel_run(self, owner: str, run: str) -> None:
        raise NotImplementedError

    async def credential(self, owner: str, wanted: Any) -> Any:
        raise NotImplementedError


class Counted:
    """The journal, with an eye on how many runs have ended."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._awaited = 0
        self._all_ended = asyncio.Event()

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        await self._journal.commit(rows, changes)
        self._awaited -= sum(change.status in ENDED for change in changes)
        if self._awaited <= 0:
            self._all_ended.set()

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return await self._journal.read(run, after, limit)

    def expect(self, runs: int) -> None:
        self._awaited = runs
        self._all_ended.clear()

    async def ended(self) -> None:
        await self._all_ended.wait()


class Signal:
    """A bell that the worker cannot sleep through, nor wake without."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: float) -> None:
        await self._rung.wait()
        self._rung.clear()


class Engine:
    """A worker over a database, and one agent whose versions are the graphs."""

    def __init__(
        self,
        database: Database,
        *,
        slots: int = 256,
        bell: Bell | None = None,
        blocks: BlockSource | None = None,
    ) -> None:
        self.database = database
        self.graphs = Graphs()
        self.journal = Counted(database.journal)
        self.clock = SystemClock()
        self.bell = bell or Signal()
        self.worker = Worker(
            queue=database.queue,
            journal=self.journal,
            graphs=self.graphs,
            blocks=blocks or Blocks(),
            world=NoWorld(),
            clock=self.clock,
            bus=LocalBus(),
            bell=self.bell,
            slots=slots,
        )

    async def close(self) -> None:
        await self.worker.stop()
        await self.database.close()

    async def add_agent(self, agent: str = AGENT, owner: str = OWNER) -> None:
        """Stores the agent if it is not there yet."""
        if await self.database.agents.find(owner, agent) is None:
            now = self.clock.now()
            await self.database.agents.create(
                Agent(
                    id=agent, owner=owner, name="bench", document={}, created_at=now, updated_at=now
                )
            )

    async def add_version(self, graph: Graph, agent: str = AGENT, owner: str = OWNER) -> int:
        """Stores a graph as a version; one that was added last by another process is the same."""
        number = sum(known == agent for known, _ in self.graphs.known) + 1
        stored = await self.database.agents.add_version(
            owner, agent, {"n": number}, str(number), self.clock.now()
        )
        self.graphs.known[agent, stored.version] = graph
        return stored.version

    async def queue(
        self, version: int, runs: int, agent: str = AGENT, owner: str = OWNER, *, ring: bool = False
    ) -> list[Run]:
        """Stores queued runs, some at the same time where the database can.

        With `ring`, the worker begins with the first while the others are being stored.
        """
        queued: list[Run] = []
        for first in range(0, runs, AT_ONCE):
            drafts = [
                RunDraft(
                    id=new_id("r"),
                    owner=owner,
                    agent_id=agent,
                    version=version,
                    created_at=self.clock.now(),
                )
                for _ in range(min(AT_ONCE, runs - first))
            ]
            queued += await asyncio.gather(*[self.database.runs.create(each) for each in drafts])
            if ring:
                self.bell.ring()
        return queued

    async def perform(self, runs: int) -> None:
        """Has so many queued runs done."""
        self.journal.expect(runs)
        self.bell.ring()
        await self.journal.ended()

    async def check(self, runs: Sequence[Run], total: int) -> None:
        """What was measured must have been done."""
        for run in runs:
            ended = await self.database.runs.find(run.owner, run.id)
            assert ended is not None
            assert ended.status is RunStatus.COMPLETED, ended
            assert ended.outputs == {"result": total}, ended


async def size_of(where: str) -> int:
    """The bytes of a database; of a file, once its log is copied into it."""
    if postgres.is_postgres(where):
        return (await ask(where, "select pg_database_size(current_database())"))[0][0]
    with closing(sqlite3.connect(where)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        (pages,) = connection.execute("pragma page_count").fetchone()
        (size,) = connection.execute("pragma page_size").fetchone()
        return pages * size


async def ask(address: str, statement: str, *values: Any) -> list[Any]:
    """What PostgreSQL answers to one statement, on a connection of its own."""
    line = await asyncpg.connect(address)
    try:
        return await line.fetch(statement, *values)
    finally:
        await line.close()

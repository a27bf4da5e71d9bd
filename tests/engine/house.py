"""A whole engine over a real store, without the server around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from luban.engine.worker import Worker
from luban.model.events import Event, RunEnded, from_row
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import ENDED, Run, RunDraft
from luban.ports.clock import SystemClock
from luban.ports.stores import Agent
from luban.sdk.code import BlockSource
from luban.storage.local import LocalBell, LocalBus
from luban.storage.memory import MemoryDatabase
from luban.storage.postgres import PostgresDatabase
from luban.storage.sqlite import SqliteDatabase

OWNER = "local"
Database = MemoryDatabase | SqliteDatabase | PostgresDatabase


class Graphs:
    """The graphs of a test, by version."""

    def __init__(self) -> None:
        self.by_version: dict[int, Graph] = {}

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        return self.by_version[version]


class NoWorld:
    """Steps of these tests reach nothing outside."""

    @property
    def http(self) -> Any:
        raise AssertionError

    models = http

    def files(self, owner: str) -> Any:
        raise AssertionError

    def state(self, owner: str, agent_id: str) -> Any:
        raise AssertionError

    def secret(self, owner: str, provider: str) -> Mapping[str, str] | None:
        return None


class House:
    """Starts runs of graphs, and waits for what becomes of them."""

    def __init__(self, database: Database, blocks: BlockSource) -> None:
        self.database = database
        self.graphs = Graphs()
        self.bus = LocalBus()
        self.bell = LocalBell()
        self.clock = SystemClock()
        self.worker = Worker(
            queue=database.queue,
            journal=database.journal,
            graphs=self.graphs,
            blocks=blocks,
            world=NoWorld(),
            clock=self.clock,
            bus=self.bus,
            bell=self.bell,
        )
        self._agent: Agent | None = None

    async def enqueue(self, graph: Graph, inputs: dict[str, Any] | None = None) -> Run:
        """Stores a queued run of a graph."""
        if self._agent is None:
            now = self.clock.now()
            self._agent = Agent(
                id=new_id("a"), owner=OWNER, name="test", document={}, created_at=now,
                updated_at=now,
            )  # fmt: skip
            await self.database.agents.create(self._agent)
        number = len(self.graphs.by_version) + 1
        version = await self.database.agents.add_version(
            OWNER, self._agent.id, {"n": number}, str(number), self.clock.now()
        )
        self.graphs.by_version[version.version] = graph
        run = await self.database.runs.create(
            RunDraft(
                id=new_id("r"), owner=OWNER, agent_id=self._agent.id, version=version.version,
                inputs=inputs or {}, created_at=self.clock.now(),
            )
        )  # fmt: skip
        self.bell.ring()
        return run

    async def run(self, graph: Graph, inputs: dict[str, Any] | None = None) -> Run:
        """Runs a graph until it ends or waits."""
        run = await self.enqueue(graph, inputs)
        await self.worker.run_one(run.id)
        return await self.get(run.id)

    async def get(self, run_id: str) -> Run:
        run = await self.database.runs.find(OWNER, run_id)
        assert run is not None
        return run

    async def ended(self, run_id: str) -> Run:
        """Waits for the end of a run that the worker claims by itself."""
        async with self.bus.listen(run_id) as listener:
            while (run := await self.get(run_id)).status not in ENDED:
                await listener.next(5.0)
        return run

    async def events(self, run_id: str) -> list[Event]:
        rows = await self.database.journal.read(run_id, 0, 100_000)
        return [from_row(row.kind, row.node, row.iteration, row.data) for row in rows]


@asynccontextmanager
async def house_over(database: Database, blocks: BlockSource) -> AsyncIterator[House]:
    house = House(database, blocks)
    try:
        yield house
    finally:
        await house.worker.stop()
        await database.close()


def only_end(events: list[Event]) -> RunEnded:
    (end,) = [event for event in events if isinstance(event, RunEnded)]
    assert events[-1] is end
    return end

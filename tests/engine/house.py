"""A whole engine over a real store, without the server around it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from luban.engine.guard import Guard
from luban.engine.worker import Worker
from luban.model.events import Event, RunEnded, from_row
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import ENDED, ParentStep, Run, RunDraft
from luban.ports.bus import Bell
from luban.ports.clock import Clock, SystemClock
from luban.ports.journal import Journal, RunQueue
from luban.ports.stores import Agent, AgentStore, RunStore
from luban.ports.world import OpenedCredential, WantedCredential
from luban.sdk.code import BlockSource
from luban.sdk.tools import ToolUnknown, UsableTool
from luban.storage.local import LocalBell, LocalBus

OWNER = "local"


class Database(Protocol):
    """What an engine needs of a store."""

    @property
    def queue(self) -> RunQueue: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def agents(self) -> AgentStore: ...
    @property
    def runs(self) -> RunStore: ...

    async def close(self) -> None: ...


class Graphs:
    """The graphs of a test, by version."""

    def __init__(self) -> None:
        self.by_version: dict[int, Graph] = {}

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        return self.by_version[version]


class OnlyAgents:
    """The outside of these tests: other agents, named by the version of their graph."""

    def __init__(self, database: Database, agent: Callable[[], str], clock: Clock) -> None:
        self._database = database
        self._agent = agent
        self._clock = clock

    def http(self, requester: Any) -> Any:
        raise AssertionError

    models = http

    def browser(self) -> Any:
        raise AssertionError

    mail = browser

    def mcp(self, owner: str) -> Any:
        raise AssertionError

    def files(self, owner: str, agent_id: str, run_id: str) -> Any:
        raise AssertionError

    def sandbox(self, owner: str, run_id: str, files: Any) -> Any:
        raise AssertionError

    def state(self, owner: str, agent_id: str) -> Any:
        raise AssertionError

    def tables(self, owner: str, place: Any) -> Any:
        raise AssertionError

    def index(self, owner: str, agent_id: str, place: Any) -> Any:
        raise AssertionError

    databases = browser

    def catalogue(self, owner: str, run_id: str) -> Any:
        raise AssertionError

    async def address(self, host: str, port: int) -> str:
        raise AssertionError

    async def credential(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        raise AssertionError

    async def tools(self, owner: str, wanted: Sequence[str]) -> list[UsableTool]:
        raise ToolUnknown(wanted[0], "there is nothing outside.", "外部没有任何工具。")

    async def start_agent(
        self,
        owner: str,
        agent: str,
        inputs: Mapping[str, Any],
        version: Any,
        parent: ParentStep,
        depth: int,
        *,
        simulate: bool = False,
    ) -> str:
        key = f"{parent.run}/{parent.node}/{parent.iteration}/{parent.key}"
        run = await self._database.runs.create(
            RunDraft(
                id=new_id("r"), owner=owner, agent_id=self._agent(), version=int(agent),
                inputs=dict(inputs), trigger="agent", trigger_key=key, parent=parent, depth=depth,
                created_at=self._clock.now(),
            )
        )  # fmt: skip
        return run.id

    async def cancel_run(self, owner: str, run: str) -> None:
        await self._database.runs.request_cancel(owner, run, self._clock.now())


class House:
    """Starts runs of graphs, and waits for what becomes of them."""

    def __init__(
        self,
        database: Database,
        blocks: BlockSource,
        *,
        clock: Clock | None = None,
        bell: Bell | None = None,
        isolated: bool = False,
        guard: Guard | None = None,
    ) -> None:
        self.database = database
        self.graphs = Graphs()
        self.bus = LocalBus()
        self.bell = bell or LocalBell()
        self.clock = clock or SystemClock()
        self.worker = Worker(
            queue=database.queue,
            journal=database.journal,
            graphs=self.graphs,
            blocks=blocks,
            world=OnlyAgents(database, lambda: self.agent_id, self.clock),
            clock=self.clock,
            bus=self.bus,
            bell=self.bell,
            isolated=isolated,
            guard=guard,
        )
        self._agent: Agent | None = None

    @property
    def agent_id(self) -> str:
        assert self._agent is not None
        return self._agent.id

    def share(self, other: House) -> None:
        """Knows the same agent and graphs as another house, over the same database."""
        self._agent, self.graphs.by_version = other._agent, other.graphs.by_version

    async def add(self, graph: Graph) -> int:
        """Stores a graph as a version of the one agent; returns its number."""
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
        return version.version

    async def enqueue(self, graph: Graph, inputs: dict[str, Any] | None = None) -> Run:
        """Stores a queued run of a graph."""
        return await self.enqueue_version(await self.add(graph), inputs)

    async def enqueue_version(self, version: int, inputs: dict[str, Any] | None = None) -> Run:
        """Stores a queued run of a graph that was added before."""
        run = await self.database.runs.create(
            RunDraft(
                id=new_id("r"), owner=OWNER, agent_id=self.agent_id, version=version,
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

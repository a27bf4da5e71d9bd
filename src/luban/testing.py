"""For the tests of blocks: one block alone, or in a real little graph with probes around it.

The graph runs on the engine itself over a database in memory, so what a probe sees is what a
user will see: tokens joined, inputs converted, streams flowing, errors on their pin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from luban.engine.worker import Worker
from luban.model.block import Effect
from luban.model.document import read_document
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import ParentStep, Run, RunDraft, RunStatus
from luban.ports.clock import Clock, SystemClock
from luban.ports.limits import Requester
from luban.ports.stores import Agent
from luban.ports.world import OpenedCredential, StepPlace, WantedCredential
from luban.registry import discover
from luban.sdk import testing
from luban.sdk.block import Block, compile_block
from luban.sdk.code import BlockCode, BlockSource
from luban.sdk.context import Answer, Context
from luban.sdk.credential import ANY
from luban.sdk.errors import BlockError
from luban.sdk.fields import BlockInput, BlockOutput, Emit
from luban.sdk.memory_tools import MemoryTools
from luban.sdk.scripted import AgentRun, Asked, Script
from luban.sdk.testing import run_block, run_block_now, try_example
from luban.sdk.tools import UsableTool, check_arguments, inputs_for, with_own_names
from luban.storage.local import LocalBell, LocalBus
from luban.storage.memory import MemoryDatabase

__all__ = [
    "Probe",
    "TestContext",
    "blocks_in",
    "probe",
    "run_agent",
    "run_block",
    "run_block_now",
    "try_example",
]

_OWNER = "test"
T = TypeVar("T")


@cache
def _built_in() -> BlockSource:
    return discover()


@dataclass
class TestContext(testing.TestContext):
    """A `luban.sdk.testing.TestContext` in which built-in blocks can be called too."""

    library: BlockSource | None = field(default_factory=_built_in, kw_only=True)


def blocks_in(folder: str | Path) -> dict[str, BlockCode]:
    """The blocks of a folder by id, for the tests of a project. Raises for what does not load."""
    registry = discover((Path(folder),))
    place = str(Path(folder).resolve())
    broken = [
        each for each in registry.broken() if str(Path(each.path).resolve()).startswith(place)
    ]
    if broken:
        raise AssertionError(
            "; ".join(f"{each.path}:{each.line or '?'} {each.message}" for each in broken)
        )
    codes = {spec.id: registry.find(spec.id) for spec in registry.specs()}
    return {
        name: code
        for name, code in codes.items()
        if code is not None and Path(registry.place(name) or "").resolve().is_relative_to(place)
    }


@dataclass
class Probe:
    """What came out: the values of each pin in their order, and how the run ended."""

    values: dict[str, list[Any]] = field(default_factory=dict[str, "list[Any]"])
    status: RunStatus = RunStatus.QUEUED
    error: dict[str, Any] | None = None

    def __getitem__(self, pin: str) -> list[Any]:
        return self.values.get(pin, [])


async def probe(
    block: Any,
    tokens: Mapping[str, list[Any]] | None = None,
    /,
    *,
    context: testing.TestContext | None = None,
    **constants: Any,
) -> Probe:
    """Runs a block as a node: each list of `tokens` arrives on its pin, one value after another.

        seen = await probe(shout, {"text": ["a", "b"]}, times=2)
        assert seen["result"] == ["AA", "BB"]

    Every output has a probe on it, `error` too, so a failing step does not fail the run. Durable
    verbs are recorded by the engine, and take from the context what they wait for, at once.
    """
    code = block if isinstance(block, BlockCode) else compile_block(block)
    seen = Probe()
    context = context or TestContext()
    blocks = {code.spec.id: code} | {
        made.spec.id: made for made in (compile_block(_Source), compile_block(_sink_for(seen)))
    }
    graph = _graph_around(code, tokens or {}, constants)
    ended = await _run(graph, _Blocks(blocks, context), context, SystemClock())
    seen.status, seen.error = ended.status, ended.error
    return seen


async def run_agent(
    document: Mapping[str, Any],
    *,
    blocks: BlockSource | None = None,
    context: testing.TestContext | None = None,
) -> Run:
    """Runs an agent's document to its end in the world of a `TestContext`; nothing is kept.

    `blocks` are those it may use, such as a registry; else the built-in ones. Inputs are those
    that its input nodes have by themselves.
    """
    graph, findings = read_document(dict(document))
    assert not findings, "; ".join(finding.message for finding in findings)
    context = context or TestContext()
    context.library = blocks or _built_in()
    return await _run(graph, _Blocks({}, context), context, _StandingClock(context))


async def _run(
    graph: Graph, blocks: BlockSource, context: testing.TestContext, clock: Clock
) -> Run:
    database = MemoryDatabase(clock=clock)
    run = await _store_run(database)
    worker = Worker(
        queue=database.queue,
        journal=database.journal,
        graphs=_OneGraph(graph),
        blocks=blocks,
        world=_TestWorld(context),
        clock=clock,
        bus=LocalBus(),
        bell=LocalBell(),
    )
    try:
        await worker.run_one(run)
    finally:
        await worker.stop()
    ended = await database.runs.find(_OWNER, run)
    assert ended is not None
    return ended


class _StandingClock:
    """Says the time of the context's world; what waits is told separately that it passed."""

    def __init__(self, context: testing.TestContext) -> None:
        self._context = context

    def now(self) -> float:
        return self._context.time

    def monotonic(self) -> float:
        return SystemClock.monotonic()


class _Source(Block):
    """Sends given values one by one."""

    id = "luban.testing.source"
    effect = Effect.NONE

    class Input(BlockInput):
        values: list[Any]

    class Output(BlockOutput):
        value: Any = Emit("Each of the values.")

    async def run(self, input: Input) -> Any:
        for value in input.values:
            yield "value", value


def _sink_for(seen: Probe) -> type[Block]:
    class Sink(Block):
        """Remembers what arrives."""

        id = "luban.testing.sink"
        effect = Effect.NONE

        class Input(BlockInput):
            pin: str
            value: Any

        async def run(self, input: Input) -> None:
            seen.values.setdefault(input.pin, []).append(input.value)

    return Sink


def _graph_around(
    code: BlockCode, tokens: Mapping[str, list[Any]], constants: dict[str, Any]
) -> Graph:
    nodes: dict[str, Any] = {"block": {"block": code.spec.id, "with": constants}}
    links: list[str] = []
    for pin, values in tokens.items():
        nodes[f"feed_{pin}"] = {"block": _Source.id, "with": {"values": values}}
        links.append(f"feed_{pin}.value -> block.{pin}")
    for pin in code.spec.output_by_name:
        sink = {"block": "luban.testing.sink", "with": {"pin": pin}, "parallel": 1}
        nodes[f"probe_{pin}"] = sink
        links.append(f"block.{pin} -> probe_{pin}.value")
    graph, findings = read_document({"luban": 1, "nodes": nodes, "links": links})
    assert not findings, "; ".join(finding.message for finding in findings)
    return graph


async def _store_run(database: MemoryDatabase) -> str:
    now = SystemClock.now()
    agent = Agent(
        id=new_id("a"), owner=_OWNER, name="probe", document={}, created_at=now, updated_at=now
    )
    await database.agents.create(agent)
    version = await database.agents.add_version(_OWNER, agent.id, {}, "probe", now)
    draft = RunDraft(
        id=new_id("r"), owner=_OWNER, agent_id=agent.id, version=version.version, created_at=now
    )
    return (await database.runs.create(draft)).id


class _OneGraph:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        return self._graph


class _Blocks:
    """The blocks of the graph and those that may be called, with verbs that do not wait."""

    def __init__(self, codes: dict[str, BlockCode], context: testing.TestContext) -> None:
        self._codes = codes
        self._context = context

    def find(self, block_id: str) -> BlockCode | None:
        code = self._codes.get(block_id)
        if code is None:
            try:
                code = self._context.find_block(block_id)
            except BlockError:
                return None
        script, call, toolbox = self._context.script, code.call, self._context.toolbox
        return replace(code, call=lambda input, ctx: call(input, _Scripted(ctx, script, toolbox)))


class _Scripted:
    """A step's own context whose waits are answered from the script.

    What is answered is recorded as a `step`, so it is answered once, however often the code runs.
    """

    def __init__(self, ctx: Context, script: Script, toolbox: MemoryTools) -> None:
        self._ctx = ctx
        self._script = script
        self._toolbox = toolbox

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def now(self) -> float:
        return self._ctx.now() + self._script.passed

    async def tools(self, *wanted: str, pin: str = "tools") -> list[UsableTool]:
        own = await self._ctx.tools(pin=pin)
        return with_own_names([*own, *self._toolbox.list(wanted)])

    async def use(
        self, tool: UsableTool, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        if tool.kind == "agent":
            return await self.run_agent(tool.target, inputs_for(tool, arguments), key=key)
        linked = self._toolbox.linked.get(tool.target) if tool.kind == "node" else None
        if linked is None:
            return await self._ctx.use(tool, arguments, key=key)
        check_arguments(tool, arguments)
        return await self._ctx.call(linked.block, {**arguments, **linked.constants}, key=key)

    async def run_agent(
        self,
        agent: str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        version: Literal["published", "latest"] | int = "published",
        key: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        asked = AgentRun(agent, {**(inputs or {}), **more}, version)
        return await self._ctx.step(agent, lambda: self._script.run_agent(asked), key=key)

    async def sleep(self, seconds: float, *, key: str | None = None) -> None:
        await self._answered("sleep", lambda: self._script.sleep(seconds), key)

    async def wait_for(
        self, name: str, *, timeout: float | None = None, key: str | None = None
    ) -> Any:
        return await self._answered(name, lambda: self._script.signal(name, timeout), key)

    async def ask(
        self,
        question: str,
        *,
        choices: Sequence[str] = (),
        details: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        key: str | None = None,
    ) -> Answer:
        asked = Asked(question, tuple(choices), dict(details or {}), timeout)
        return Answer(**await self._answered(question, lambda: self._script.answer(asked), key))

    async def _answered(self, name: str, answer: Callable[[], T], key: str | None) -> T:
        async def work() -> T:
            return answer()

        return await self._ctx.step(name, work, effect=Effect.NONE, key=key)


class _TestWorld:
    """The world of a `TestContext`, whoever asks."""

    def __init__(self, context: testing.TestContext) -> None:
        self._context = context

    def http(self, requester: Requester) -> Any:
        return self._context.http

    def browser(self) -> Any:
        return self._context.browser

    def mail(self) -> Any:
        return self._context.mail

    def mcp(self, owner: str) -> Any:
        return self._context.mcp

    def models(self, requester: Requester) -> Any:
        return self._context.llm

    def files(self, owner: str, agent_id: str, run_id: str) -> Any:
        return self._context.files

    def sandbox(self, owner: str, run_id: str, files: Any) -> Any:
        return self._context.sandbox

    def state(self, owner: str, agent_id: str) -> Any:
        return self._context.state

    def tables(self, owner: str, place: StepPlace) -> Any:
        return self._context.tables

    def index(self, owner: str, agent_id: str, place: StepPlace) -> Any:
        return self._context.index

    def databases(self) -> Any:
        return self._context.databases

    def catalogue(self, owner: str, run_id: str) -> Any:
        return self._context.catalogue

    async def address(self, host: str, port: int) -> str:
        return await self._context.address(host, port)

    async def tools(self, owner: str, wanted: Sequence[str]) -> list[UsableTool]:
        return [tool for each in wanted for tool in self._context.toolbox.wanted(each)]

    async def credential(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        opened = await self._context.credential("" if wanted.provider == ANY else wanted.provider)
        return OpenedCredential(opened, list(opened.values()))

    async def start_agent(
        self,
        owner: str,
        agent: str,
        inputs: Mapping[str, Any],
        version: Literal["published", "latest"] | int,
        parent: ParentStep,
        depth: int,
        *,
        simulate: bool = False,
    ) -> str:
        raise BlockError(f"The test has no agent `{agent}`.")

    async def cancel_run(self, owner: str, run: str) -> None:
        """Nothing: a test starts no runs below its own."""

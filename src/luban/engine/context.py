"""The context a step hands to its block: the outside world, seen from one attempt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, TypeVar

from luban.engine.discreet_files import DiscreetFiles
from luban.engine.discreet_stores import DiscreetIndex, DiscreetState, DiscreetTables
from luban.engine.discretion import is_declared, wanted_by
from luban.engine.metered import MeteredModels
from luban.engine.metering import Meter
from luban.engine.permissions import permit
from luban.engine.plan import CalledBlocks
from luban.engine.state import Firing
from luban.engine.tools import tools_of
from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.model.hiding import Hidden, HiddenStream
from luban.ports.budgets import NO_BUDGETS, Gate
from luban.ports.bus import Bus, Live
from luban.ports.clock import Clock
from luban.ports.journal import Parking, RunResult, Signal
from luban.ports.limits import Requester
from luban.ports.world import StepPlace, World
from luban.sdk.browser import Browser
from luban.sdk.catalogue import Catalogue
from luban.sdk.chat import Models
from luban.sdk.context import Answer
from luban.sdk.credential import ANY, OpenCredential
from luban.sdk.databases import Databases
from luban.sdk.files import Files
from luban.sdk.http import Http
from luban.sdk.mail import Mail
from luban.sdk.mcp import McpServers
from luban.sdk.sandbox import Sandbox
from luban.sdk.stored import Index, State, Tables
from luban.sdk.tools import UsableTool, inputs_for

if TYPE_CHECKING:
    from luban.engine.calling import Calling
    from luban.engine.guard import Guard
    from luban.engine.verbs import Caller, Verbs
    from luban.engine.waits import Activity

T = TypeVar("T")

log = logging.getLogger("luban.blocks")


class RunScope(NamedTuple):
    """What all steps of a run share; `depth` counts the agents above it, `claim` its workers."""

    run_id: str
    owner: str
    agent_id: str
    world: World
    bus: Bus
    clock: Clock
    keeper: Keeper
    called: CalledBlocks
    guard: Guard
    depth: int = 0
    stand_ins: StandIn | None = None
    simulate: bool = False
    claim: int = 0
    gate: Gate = NO_BUDGETS


class Keeper(Protocol):
    """What a run asks of the worker that has it."""

    async def park(self, parking: Parking) -> bool:
        """Whether the run may leave; it may not when it was nudged meanwhile."""
        ...

    async def nudge_of(self, run: str) -> int:
        """How often the run was nudged, as the store says now."""
        ...

    async def signals(self, run: str, after: int) -> list[Signal]: ...

    async def results(self, runs: Sequence[str]) -> list[RunResult]: ...

    def started(self, run: str) -> None:
        """A step has started this run."""
        ...


class StandIn(Protocol):
    """Answers given in place of steps: pinned outputs, and recordings in a dry run."""

    def answer(self, firing: Firing) -> list[Any] | None:
        """The emissions of a step that is not to be made. Raises `LubanError`."""
        ...


class Timer(Protocol):
    """The time limit of an attempt, which stands still while the attempt waits."""

    def stop(self) -> None: ...

    def go_on(self) -> None: ...


class Host(Protocol):
    """The run loop, as an attempt sees it."""

    async def emit(self, ctx: StepContext, pin: str, value: Any) -> None: ...

    @property
    def hidden(self) -> Hidden | None:
        """The secrets the run has opened; `None` while it has opened no credential."""
        ...

    def hide(self, values: Iterable[str], done: Callable[[], None]) -> None:
        """From now on these leave no step; `done` is called when the run leaves the worker."""
        ...

    @property
    def calling(self) -> Calling: ...

    def verbs(self, ctx: StepContext) -> Verbs: ...


class StepContext:
    """One attempt's view of the world; made for every attempt, so it only remembers names.

    `task` is the one the block's code runs in; `collected` takes the emissions of a block that was
    called by another, and `caller` is what that one does meanwhile.
    """

    __slots__ = ("__dict__", "_host", "_scope", "attempt", "firing", "task")

    # What few attempts need stands on the class, and on the object once it is set.
    _verbs: Verbs | None = None
    caller: Caller | None = None
    collected: list[Any] | None = None
    deadline: float | None = None
    sent = 0
    sent_bytes = 0
    timer: Timer | None = None
    meter: Meter | None = None
    streams: dict[str, HiddenStream] | None = None
    """What is held back of those texts, by pin."""
    written: dict[str, int] | None = None
    """Characters of the texts being written, by pin."""

    def __init__(
        self,
        scope: RunScope,
        firing: Firing,
        attempt: int,
        host: Host,
        task: asyncio.Task[Any] | None = None,
    ) -> None:
        self._scope = scope
        self.firing = firing
        self._host = host
        self.attempt = attempt
        self.task = task

    @property
    def run_id(self) -> str:
        return self._scope.run_id

    @property
    def agent_id(self) -> str:
        return self._scope.agent_id

    @property
    def node_id(self) -> str:
        return self.firing.path

    @property
    def iteration(self) -> int:
        return self.firing.iteration

    @property
    def idempotency_key(self) -> str:
        return f"{self._scope.run_id}/{self.firing.path}/{self.firing.iteration}"

    @property
    def http(self) -> Http:
        permit(self.firing.node.code, "network")
        return self._scope.world.http(self._requester)

    @property
    def browser(self) -> Browser:
        permit(self.firing.node.code, "network")
        return self._scope.world.browser()

    @property
    def mail(self) -> Mail:
        permit(self.firing.node.code, "network")
        return self._scope.world.mail()

    @property
    def mcp(self) -> McpServers:
        permit(self.firing.node.code, "network")
        return self._scope.world.mcp(self._scope.owner)

    @property
    def llm(self) -> Models:
        permit(self.firing.node.code, "models")
        models = self._scope.world.models(self._requester)
        return MeteredModels(self, models, self._host.calling.spending)

    @property
    def files(self) -> Files:
        permit(self.firing.node.code, "files")
        return self._files

    @property
    def _files(self) -> Files:
        scope = self._scope
        return DiscreetFiles(
            scope.world.files(scope.owner, scope.agent_id, scope.run_id), self._host
        )

    @property
    def sandbox(self) -> Sandbox:
        permit(self.firing.node.code, "code")
        return self._scope.world.sandbox(self._scope.owner, self._scope.run_id, self._files)

    @property
    def state(self) -> State:
        permit(self.firing.node.code, "state")
        state = self._scope.world.state(self._scope.owner, self._scope.agent_id)
        return DiscreetState(state, self._host)

    @property
    def tables(self) -> Tables:
        permit(self.firing.node.code, "state")
        return DiscreetTables(self._scope.world.tables(self._scope.owner, self._place), self._host)

    @property
    def index(self) -> Index:
        permit(self.firing.node.code, "state")
        scope = self._scope
        index = scope.world.index(scope.owner, scope.agent_id, self._place)
        return DiscreetIndex(index, self._host)

    @property
    def databases(self) -> Databases:
        permit(self.firing.node.code, "network")
        return self._scope.world.databases()

    @property
    def catalogue(self) -> Catalogue:
        permit(self.firing.node.code, "agents")
        return self._scope.world.catalogue(self._scope.owner, self._scope.run_id)

    async def address(self, host: str, port: int) -> str:
        permit(self.firing.node.code, "network")
        return await self._scope.world.address(host, port)

    @property
    def usage(self) -> dict[str, Any] | None:
        """What the attempt's model calls took so far, those of its pieces left out."""
        return None if self.meter is None else self.meter.as_json()

    @property
    def activity(self) -> Activity:
        """What the attempt does and waits for, by verbs and by models."""
        return self._durable.activity

    def now(self) -> float:
        return self._scope.clock.now()

    def monotonic(self) -> float:
        return self._scope.clock.monotonic()

    async def credential(self, provider: str = "") -> OpenCredential:
        wanted = wanted_by(self, provider)
        opened = await self._scope.world.credential(self._scope.owner, wanted)
        self._host.hide(opened.hidden, opened.done)
        return opened.credential

    async def find_credential(self, provider: str = "") -> OpenCredential | None:
        wanted = wanted_by(self, provider)
        if wanted.named is None and wanted.provider == ANY:
            return None
        try:
            return await self.credential(provider)
        except LubanError as error:
            if error.code == "credential_missing" and (
                wanted.named is None or is_declared(self, error.params.get("is_of", ""))
            ):
                return None
            raise

    def log(self, message: str, **values: Any) -> None:
        log.info("%s %s", self.idempotency_key, message, extra={"values": values})
        self._publish("step_log", {"text": message, "values": values})

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        self._publish("step_progress", {"done": done, "total": total, "text": text})

    def delta(self, pin: str, text: str) -> None:
        if self._host.hidden is not None:
            text = self._shown(pin, text)
        if self.written is None:
            self.written = {}
        offset = self.written.get(pin, 0)
        self.written[pin] = offset + len(text)
        # Readers tell by these what is missing, and what a worker still says that lost the run.
        told = {"pin": pin, "text": text, "offset": offset}
        self._publish("step_delta", {**told, "attempt": self.attempt, "claim": self._scope.claim})

    async def emit(self, pin: str, value: Any) -> None:
        await self._host.emit(self, pin, value)

    # -- durable verbs ----------------------------------------------------------------------

    @property
    def _durable(self) -> Verbs:
        if self._verbs is None:
            self._verbs = self._host.verbs(self)
        return self._verbs

    async def call(
        self,
        block: str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        key: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        permit(self.firing.node.code, "agents")
        return await self._durable.call(block, {**(inputs or {}), **more}, key)

    async def tools(self, *wanted: str, pin: str = "tools") -> list[UsableTool]:
        permit(self.firing.node.code, "agents")
        return await tools_of(self.firing.node, self._scope, wanted, pin)

    async def use(
        self, tool: UsableTool, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        permit(self.firing.node.code, "agents")
        if tool.kind == "node":
            return await self._durable.use(tool, dict(arguments), key)
        inputs = inputs_for(tool, arguments)
        if tool.kind == "agent":
            return await self._durable.run_agent(tool.target, inputs, "published", key)
        return await self._durable.call(tool.target, inputs, key)

    def tool_started(self, key: str, name: str) -> None:
        """Tells who looks on that a node is used; that it was is told by the journal."""
        self._publish("tool_started", {"key": key, "name": name, "at": self.now()})

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        *,
        effect: Effect = Effect.IDEMPOTENT,
        key: str | None = None,
    ) -> T:
        return await self._durable.step(name, work, effect, key)

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
        permit(self.firing.node.code, "agents")
        return await self._durable.run_agent(agent, {**(inputs or {}), **more}, version, key)

    async def sleep(self, seconds: float, *, key: str | None = None) -> None:
        await self._durable.sleep(seconds, key)

    async def wait_for(
        self, name: str, *, timeout: float | None = None, key: str | None = None
    ) -> Any:
        return await self._durable.wait_for(name, timeout, key)

    async def ask(
        self,
        question: str,
        *,
        choices: Sequence[str] = (),
        details: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        key: str | None = None,
    ) -> Answer:
        return await self._durable.ask(question, tuple(choices), details, timeout, key)

    @property
    def _place(self) -> StepPlace:
        return StepPlace(self._scope.run_id, self.firing.path, self.idempotency_key)

    @property
    def _requester(self) -> Requester:
        scope = self._scope
        return Requester(scope.owner, scope.run_id, self._waits, scope.agent_id)

    def _shown(self, pin: str, text: str) -> str:
        """What of a text being written may be shown, now that there are secrets to keep."""
        hidden = self._host.hidden
        assert hidden is not None
        if self.streams is None:
            self.streams = {}
        return self.streams.setdefault(pin, HiddenStream(hidden)).feed(text)

    def _waits(self, text: str) -> None:
        self._publish("step_progress", {"done": 0, "total": None, "text": text})

    def _publish(self, kind: str, data: dict[str, Any]) -> None:
        if self._scope.bus.watched(self._scope.run_id):
            if (hidden := self._host.hidden) is not None:
                data = hidden.value(data)
            place = {"node": self.firing.path, "iteration": self.firing.iteration}
            self._scope.bus.publish(self._scope.run_id, Live(kind, {**place, **data}))

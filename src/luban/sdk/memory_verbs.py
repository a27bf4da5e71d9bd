"""Durable verbs of a context made of memory: answered from a script, and from memory again."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, Self, TypeVar, runtime_checkable

from pydantic import ValidationError

from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.model.values import plain
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode, BlockSource
from luban.sdk.context import Answer
from luban.sdk.errors import BlockError, PathChanged
from luban.sdk.keys import Keys
from luban.sdk.memory_tools import Given, MemoryTools
from luban.sdk.recorded_errors import stored, told_again
from luban.sdk.scripted import AgentRun, Asked, Played, Said, Script
from luban.sdk.tools import ToolUnknown, UsableTool, check_arguments, inputs_for

T = TypeVar("T")


@runtime_checkable
class _Named(Protocol):
    """A library that can tell which blocks it has."""

    def names(self) -> Collection[str]: ...


class Kept(NamedTuple):
    """What a verb came to."""

    verb: str
    name: str
    result: Any = None
    error: dict[str, Any] | None = None


Record = dict[str, Kept]
"""The things asked for by one step, by key."""


@dataclass(kw_only=True)
class MemoryVerbs:
    """The durable verbs of `TestContext`: nothing waits.

    `agents` are the outputs of other agents by name (or a failure, or a function from inputs to
    outputs), `answers` what people say in turn, `signals` the data that comes under each name, and
    `blocks` what may be called besides the blocks of `library`. `linked` are the tools of the step:
    blocks or their ids, or as `memory_tools` says. `TimeoutError` among answers or signals stands
    for silence until the time limit. `record` holds what was asked for, by key.
    """

    agents: Mapping[str, Played] = field(default_factory=dict[str, Played])
    answers: Sequence[Said] = ()
    signals: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    blocks: Sequence[Any] = ()
    linked: Sequence[Given] = ()
    library: BlockSource | None = None
    node_id: str = "node"
    attempt: int = 1
    effect: Effect = field(default=Effect.IDEMPOTENT, init=False)
    record: Record = field(default_factory=dict[str, Kept], init=False)

    def __post_init__(self) -> None:
        self.script = Script(self.agents, self.answers, self.signals)
        self._records: dict[str, Record] = {self.node_id: self.record}
        self._keys: Keys | None = None

    @property
    def slept(self) -> list[float]:
        """Seconds of each sleep."""
        return self.script.slept

    @property
    def asked(self) -> list[Asked]:
        """The questions to people."""
        return self.script.asked

    @property
    def agent_runs(self) -> list[AgentRun]:
        """The runs of other agents."""
        return self.script.agent_runs

    def again(self) -> Self:
        """The context of the step's next attempt, as after a crash or a long wait.

        The block's code runs from its beginning, and what it had asked for is answered from the
        record.
        """
        return self._beside(self.node_id, self.attempt + 1)

    def find_block(self, block: str) -> BlockCode:
        """A block that may be called. Raises `BlockError`."""
        for each in self.blocks:
            code = each if isinstance(each, BlockCode) else compile_block(each)
            if block in (code.spec.id, *code.spec.aliases):
                return code
        found = self.library.find(block) if self.library is not None else None
        if found is None:
            raise BlockError(
                f"The test has no block `{block}`. Give it in blocks=[...]; `luban.testing` "
                "knows the built-in ones.",
                code="not_scripted",
            )
        return found

    @property
    def toolbox(self) -> MemoryTools:
        """The tools there are."""
        own = [each if isinstance(each, BlockCode) else compile_block(each) for each in self.blocks]
        names = {code.spec.id for code in own}
        if isinstance(self.library, _Named):
            names |= set(self.library.names())
        return MemoryTools(self.linked, self.find_block, names, self.agents)

    async def run_code(self, code: BlockCode, inputs: dict[str, Any]) -> dict[str, list[Any]]:
        """Runs a block in this context; the values of each pin that emitted."""
        raise NotImplementedError

    # -- verbs ------------------------------------------------------------------------------

    async def call(
        self,
        block: str,
        inputs: Mapping[str, Any] | None = None,
        /,
        *,
        key: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        async def run(key: str) -> dict[str, Any]:
            return await self._called(block, {**(inputs or {}), **more}, key)

        return await self._do("call", block, key, run)

    async def tools(self, *wanted: str, pin: str = "tools") -> list[UsableTool]:
        return self.toolbox.list(wanted)

    async def use(
        self, tool: UsableTool, arguments: Mapping[str, Any], *, key: str | None = None
    ) -> dict[str, Any]:
        if tool.kind == "agent":
            return await self.run_agent(tool.target, inputs_for(tool, arguments), key=key)
        if tool.kind == "block":
            return await self.call(tool.target, inputs_for(tool, arguments), key=key)
        linked = self.toolbox.linked.get(tool.target)
        if linked is None:
            raise ToolUnknown(tool.target, "it is not linked here.", "它没有连接到这里。")
        check_arguments(tool, arguments)

        async def run(key: str) -> dict[str, Any]:
            return await self._called(linked.block, {**arguments, **linked.constants}, key)

        return await self._do("use", tool.target, key, run)

    async def _called(self, block: str, inputs: dict[str, Any], key: str) -> dict[str, Any]:
        """The outputs of another block: a list for a pin that may emit many, else the last."""
        code = self.find_block(block)
        inner = self._beside(f"{self.node_id}:{key}", 1)
        try:
            sent = await inner.run_code(code, inputs)
        except ValidationError as error:
            raise BlockError(str(error), code="invalid_input") from error
        many = {pin.name for pin in code.spec.outputs if pin.many}
        last = {pin: values[-1] for pin, values in sent.items() if pin not in many}
        return {**last, **{pin: sent.get(pin, []) for pin in many}}

    async def step(
        self,
        name: str,
        work: Callable[[], Awaitable[T]],
        *,
        effect: Effect = Effect.IDEMPOTENT,
        key: str | None = None,
    ) -> T:
        async def run(key: str) -> Any:
            return plain(await work())

        return await self._do("step", name, key, run)

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

        async def run(key: str) -> dict[str, Any]:
            return await self.script.run_agent(asked)

        return await self._do("run_agent", agent, key, run)

    async def sleep(self, seconds: float, *, key: str | None = None) -> None:
        async def run(key: str) -> None:
            self.script.sleep(seconds)

        await self._do("sleep", "", key, run)

    async def wait_for(
        self, name: str, *, timeout: float | None = None, key: str | None = None
    ) -> Any:
        async def run(key: str) -> Any:
            return self.script.signal(name, timeout)

        return await self._do("wait_for", name, key, run)

    async def ask(
        self,
        question: str,
        *,
        choices: Sequence[str] = (),
        details: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        key: str | None = None,
    ) -> Answer:
        asked = Asked(question, tuple(choices), plain(dict(details or {})), timeout)

        async def run(key: str) -> dict[str, Any]:
            return self.script.answer(asked)

        return Answer(**await self._do("ask", question, key, run))

    # -- the record -------------------------------------------------------------------------

    async def _do(
        self, verb: str, name: str, key: str | None, run: Callable[[str], Awaitable[Any]]
    ) -> Any:
        if self._keys is None:
            self._keys = Keys(self.node_id, once=self.effect is Effect.ONCE)
        key = self._keys.take(verb, key)
        kept = self.record.get(key)
        if kept is None:
            kept = self.record[key] = await _made(verb, name, key, run)
        elif (kept.verb, kept.name) != (verb, name):
            before, now = f"{kept.verb} {kept.name}".strip(), f"{verb} {name}".strip()
            raise PathChanged(node=self.node_id, key=key, before=before, now=now)
        if kept.error is not None:
            raise told_again(key, kept.error)
        return kept.result

    def _beside(self, node: str, attempt: int) -> Self:
        """A context of the same world for another step, or another attempt of this one."""
        other = copy.copy(self)
        other.node_id, other.attempt, other._keys = node, attempt, None
        other.record = self._records.setdefault(node, {})
        return other


async def _made(verb: str, name: str, key: str, run: Callable[[str], Awaitable[Any]]) -> Kept:
    try:
        return Kept(verb, name, await run(key))
    except LubanError as error:
        return Kept(verb, name, error=stored(error))

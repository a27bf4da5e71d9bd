"""The durable verbs of one attempt: done once, recorded, and answered from the record ever after.

A block's code runs again from its beginning after a crash, a retry, or a wait that left the
worker. What it asks for is told apart by the order of asking, or by the key its author gave.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from luban.engine.attempt import guarded
from luban.engine.children import Child, child_path
from luban.engine.context import StepContext
from luban.engine.metering import PIECE, Meter, Piece
from luban.engine.tools import linked_tool, tool_of_node
from luban.engine.waits import Activity, Operation
from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.model.events import ChildFailed, ChildFinished, ChildStarted
from luban.model.run import ParentStep, RunStatus
from luban.model.spending import known_usd
from luban.model.values import plain
from luban.ports.journal import RunResult, Signal
from luban.sdk.context import Answer
from luban.sdk.errors import ChildRunFailed, PathChanged, WaitTimedOut
from luban.sdk.keys import Keys
from luban.sdk.recorded_errors import stored, told_again
from luban.sdk.tools import UsableTool, check_arguments

if TYPE_CHECKING:
    from luban.engine.calling import Calling

T = TypeVar("T")


class Caller(NamedTuple):
    """What the code above does while a block it called runs."""

    ctx: StepContext
    activity: Activity
    operation: Operation


class Outcome(NamedTuple):
    """What a verb came to, with what it took and the signal that brought it."""

    result: Any
    usage: dict[str, Any] | None = None
    signal: int | None = None
    error: LubanError | None = None


class Verbs:
    """Those of one attempt; nothing in here outlives it but what was recorded."""

    __slots__ = (
        "_above",
        "_calling",
        "_ctx",
        "_keys",
        "_step",
        "activity",
    )

    def __init__(self, calling: Calling, ctx: StepContext, activity: Activity) -> None:
        self._calling = calling
        self._ctx = ctx
        self.activity = activity
        self._above = ctx.caller.operation if ctx.caller else None
        self._step = (ctx.firing.path, ctx.firing.iteration)
        self._keys = Keys(self._step[0], once=ctx.firing.node.once)

    # -- work -------------------------------------------------------------------------------

    async def call(self, block: str, inputs: dict[str, Any], key: str | None) -> dict[str, Any]:
        async def run(key: str) -> Outcome:
            with self.activity.doing(self._above) as operation:
                caller = Caller(self._ctx, self.activity, operation)
                return await self._calling.call(block, self._path(key), inputs, caller)

        return await self._do("call", block, key, inputs, run)

    async def use(
        self, tool: UsableTool, arguments: dict[str, Any], key: str | None
    ) -> dict[str, Any]:
        """Runs a node that is linked as a tool; the child has the name of that node."""
        firing = self._ctx.firing
        node = linked_tool(firing.node, tool)
        assert node.code is not None  # nodes with a body are no tools
        check_arguments(tool_of_node(node), arguments)
        inputs = {**arguments, **node.constants}

        name = firing.frame.path + node.id

        async def run(key: str) -> Outcome:
            self._ctx.tool_started(key, name)
            with self.activity.doing(self._above) as operation:
                caller = Caller(self._ctx, self.activity, operation)
                return await self._calling.use(node, self._path(key), inputs, caller)

        secret = {pin.name for pin in node.code.spec.inputs if pin.secret}
        shown = {name: value for name, value in inputs.items() if name not in secret}
        return await self._do("use", name, key, shown, run)

    async def step(
        self, name: str, work: Callable[[], Awaitable[T]], effect: Effect, key: str | None
    ) -> T:
        async def run(key: str) -> Outcome:
            with self.activity.doing(self._above) as operation:
                firing = self._ctx.firing._replace(path=self._path(key), iteration=0)
                if effect is not Effect.NONE:
                    await self._calling.before_effect()
                if effect is Effect.ONCE:
                    decided = await self._calling.announce(firing, self._ctx)
                    if decided is not None:
                        return Outcome(dict(decided).get("result"))
                return await self._worked(work, key, operation)

        return await self._do("step", name, key, None, run)

    async def _worked(
        self, work: Callable[[], Awaitable[Any]], key: str, operation: Operation
    ) -> Outcome:
        """What a piece of the block's own code gave; what its model calls took goes with it."""
        ctx, result, error = self._ctx, None, None
        if ctx.meter is None:
            ctx.meter = Meter()
        meter = Meter(ctx.meter)
        above = PIECE.set(Piece(ctx, key, meter, operation))
        try:
            result = await guarded(ctx.firing.node.code, work)
        except LubanError as raised:
            error = raised
        finally:
            PIECE.reset(above)
            meter.closed = True
        return Outcome(result, meter.as_json(), error=error)

    async def run_agent(
        self,
        agent: str,
        inputs: dict[str, Any],
        version: Literal["published", "latest"] | int,
        key: str | None,
    ) -> dict[str, Any]:
        async def run(key: str) -> Outcome:
            child = self._begun(key)
            if child is None:
                await self._calling.may_go_deeper(self.activity, self._above)
                await self._calling.before_effect()
                step = ParentStep(
                    run=self._ctx.run_id, node=self._step[0], iteration=self._step[1], key=key
                )
                if (hidden := self._calling.hidden) is not None:
                    inputs.update(hidden.value(plain(inputs)))
                started = await self._calling.start_agent(agent, inputs, version, step)
                data = {"run": started, "agent": agent, "inputs": inputs}
                child = self._start(key, "run_agent", agent, data)
            started = child.data["run"]
            ended = await self._calling.wait_for_run(self.activity, self._above, started)
            return _outcome(agent, ended)

        return await self._do("run_agent", agent, key, inputs, run)

    # -- waits ------------------------------------------------------------------------------

    async def sleep(self, seconds: float, key: str | None) -> None:
        async def run(key: str) -> Outcome:
            child = self._begun(key)
            if child is None:
                pause = 0.0 if self._calling.simulated else max(seconds, 0.0)
                until = self._ctx.now() + pause
                child = self._start(key, "sleep", "", {"until": until})
            await self._wait(child, None)
            return Outcome(None)

        await self._do("sleep", "", key, None, run)

    async def wait_for(self, name: str, timeout: float | None, key: str | None) -> Any:
        async def run(key: str) -> Outcome:
            child = self._begun(key)
            if child is None:
                child = self._start(key, "wait_for", name, self._until({"name": name}, timeout))
            signal = await self._wait(child, f"signal:{name}")
            if signal is None:
                raise WaitTimedOut(name=name, seconds=timeout)
            return Outcome(signal.data, signal=signal.id)

        return await self._do("wait_for", name, key, None, run)

    async def ask(
        self,
        question: str,
        choices: tuple[str, ...],
        details: Mapping[str, Any] | None,
        timeout: float | None,
        key: str | None,
    ) -> Answer:
        async def run(key: str) -> Outcome:
            child = self._begun(key)
            if child is None:
                asked = {
                    "details": dict(details or {}),
                    "id": ask_id(self._ctx.run_id, self._step, key),
                    "question": question,
                    "choices": list(choices),
                }
                child = self._start(key, "ask", question, self._until(asked, timeout))
            signal = await self._wait(child, f"answer:{child.data['id']}")
            if signal is None:
                raise WaitTimedOut(name=question, seconds=timeout)
            return Outcome(signal.data, signal=signal.id)

        given: dict[str, Any] = await self._do("ask", question, key, None, run)
        return Answer(
            choice=given.get("choice") or "",
            comment=given.get("comment") or "",
            values=given.get("values") or {},
            by=given.get("by") or "",
        )

    # -- the record -------------------------------------------------------------------------

    async def _do(
        self,
        verb: str,
        name: str,
        key: str | None,
        inputs: dict[str, Any] | None,
        run: Callable[[str], Awaitable[Outcome]],
    ) -> Any:
        """The answer that was recorded; else makes it, and records it."""
        calling, step = self._calling, self._step
        if (hidden := calling.hidden) is not None:
            name, key = hidden.text(name), key and hidden.text(key)
        key = self._keys.take(verb, key)
        child = calling.children.find(step, key)
        if child is not None:
            self._same(key, child, verb, name)
            if child.done:
                return self._recalled(key, child)
        await calling.may_go_on(self.activity, self._above)
        given = None if inputs is None else plain(inputs)
        began, at = self._ctx.monotonic(), self._ctx.now() if child is None else child.since
        try:
            outcome = await run(key)
        except LubanError as error:
            outcome = Outcome(None, error=error)
        took = self._ctx.monotonic() - began if child is None else self._ctx.now() - at
        result, usage, signal, error = outcome
        if (hidden := calling.hidden) is not None:
            result = hidden.value(result)  # as it will be told from the record
        if error is not None:
            told = stored(error)
            calling.record(
                ChildFailed(*step, key, verb, name, given, told, at, took, usage, signal)
            )
            raise told_again(key, told) from error
        calling.record(
            ChildFinished(*step, key, verb, name, given, result, at, took, usage, signal)
        )
        return result

    def _same(self, key: str, child: Child, verb: str, name: str) -> None:
        if (child.verb, child.name) != (verb, name):
            before, now = f"{child.verb} {child.name}", f"{verb} {name}"
            raise PathChanged(node=self._step[0], key=key, before=before.strip(), now=now.strip())

    def _recalled(self, key: str, child: Child) -> Any:
        if child.error is not None:
            raise told_again(key, child.error)
        return child.result

    def _begun(self, key: str) -> Child | None:
        return self._calling.children.find(self._step, key)

    def _start(self, key: str, verb: str, name: str, data: dict[str, Any]) -> Child:
        """Writes down what is waited for."""
        event = ChildStarted(*self._step, key, verb, name, plain(data), self._ctx.now())
        self._calling.record(event)
        child = self._begun(key)
        assert child is not None  # it was just recorded
        return child

    async def _wait(self, child: Child, signal: str | None) -> Signal | None:
        until = child.data.get("until")
        return await self._calling.wait_for(self.activity, self._above, signal, until)

    def _until(self, data: dict[str, Any], timeout: float | None) -> dict[str, Any]:
        return data if timeout is None else {**data, "until": self._ctx.now() + timeout}

    def _path(self, key: str) -> str:
        return child_path(self._step, key)


def ask_id(run: str, step: tuple[str, int], key: str) -> str:
    """How a question is named outside: the same each time it is asked."""
    return f"{run}.{zlib.crc32(child_path(step, key).encode()):08x}"


def _outcome(agent: str, ended: RunResult) -> Outcome:
    usage: dict[str, Any] | None = None
    if ended.tokens or ended.usd or ended.unpriced:
        usd = known_usd(ended.usd, ended.unpriced)
        usage = {"tokens": ended.tokens, "usd": usd, "unpriced": ended.unpriced}
    if ended.status is RunStatus.COMPLETED:
        return Outcome(ended.outputs, usage)
    cause = (ended.error or {}).get("message", "")
    error = ChildRunFailed(run=ended.run, agent=agent, status=ended.status.value, cause=cause)
    return Outcome(None, usage, error=error)

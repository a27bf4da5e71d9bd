"""What durable verbs ask of the run they belong to: to record, to run a block, to wait."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any, Literal

from luban.engine.attempt import InDoubt, attempt, probe
from luban.engine.children import Children, StepKey
from luban.engine.context import Host, RunScope, StepContext
from luban.engine.plan import NodePlan, UnknownBlock
from luban.engine.recorder import Recorder
from luban.engine.records import under_way
from luban.engine.retry import next_attempt_in
from luban.engine.shown import readable_inputs
from luban.engine.spending import Spending
from luban.engine.state import Firing
from luban.engine.verbs import Caller, Outcome, Verbs, ask_id
from luban.engine.waits import Activity, Arrivals, Operation
from luban.model.block import BlockSpec
from luban.model.errors import LubanError
from luban.model.events import ChildFailed, ChildFinished, ChildStarted, RunPaused, StepStarted
from luban.model.hiding import Hidden
from luban.model.run import ParentStep
from luban.ports.journal import RunResult, Signal
from luban.sdk.recorded_errors import cause_of

_DAY = 86_400.0
"""The longest that a timer is set for; it is set again while time is left."""
_ASKED = frozenset({"ask", "decide"})
_DECISIONS = ["done", "again", "fail"]


class Calling:
    """One run's side of the verbs of its steps."""

    __slots__ = (
        "_acts",
        "_changed",
        "_host",
        "_planner",
        "_recorder",
        "_scope",
        "_spending",
        "arrivals",
        "closing",
        "had_runs",
    )

    def __init__(
        self,
        scope: RunScope,
        recorder: Recorder,
        host: Host,
        changed: Callable[[Activity], None],
    ) -> None:
        self._scope = scope
        self._recorder = recorder
        self._planner = recorder.planner
        self._host = host
        self._changed = changed
        self.arrivals = Arrivals()
        self._spending: Spending | None = None
        self.had_runs = False
        self.closing = False
        self._acts: set[StepKey] = set()

    @property
    def is_acting(self) -> bool:
        """Whether a step that must not happen twice was announced here and has not ended."""
        return any(step in self._planner.progress for step in self._acts)

    @property
    def hidden(self) -> Hidden | None:
        """The secrets the run has opened here."""
        return self._recorder.hidden

    @property
    def spending(self) -> Spending:
        """What the run's model calls may take; made when a step first asks a model."""
        if self._spending is None:
            self._spending = Spending(self._scope, self._recorder, self)
        return self._spending

    @property
    def children(self) -> Children:
        return self._planner.children

    @property
    def simulated(self) -> bool:
        """Whether the run only tries things out, and so has no reason to sleep."""
        return self._scope.simulate

    def verbs(self, ctx: StepContext) -> Verbs:
        """The verbs of one attempt."""
        return Verbs(self, ctx, self.activity(ctx))

    def activity(self, ctx: StepContext) -> Activity:
        """What an attempt does; a called block's doings are part of its caller's."""
        return ctx.caller.activity if ctx.caller else Activity(ctx, self._changed)

    # -- recording --------------------------------------------------------------------------

    def record(self, event: ChildStarted | ChildFinished | ChildFailed) -> None:
        """Writes a child's event; an open question is told in the run's own record too."""
        self._recorder.record(event)
        if event.verb in _ASKED:
            run, now = self._scope.run_id, self._scope.clock.now()
            self._recorder.tell(under_way(run, self._planner, now))

    async def before_effect(self) -> None:
        await self._recorder.before_effect()

    # -- blocks -----------------------------------------------------------------------------

    async def call(self, block: str, path: str, inputs: dict[str, Any], caller: Caller) -> Outcome:
        """Runs a block for another one, as a step of the path."""
        node = self._scope.called.find(block)
        if node is None:
            raise UnknownBlock(node=caller.ctx.firing.path, block=block)
        return await self.use(node, path, inputs, caller)

    async def use(
        self, node: NodePlan, path: str, inputs: dict[str, Any], caller: Caller
    ) -> Outcome:
        """Runs a node that takes no tokens, as a step of the path; again as its policy says."""
        assert node.code is not None
        firing = Firing(caller.ctx.firing.frame, node, path, 0, inputs)
        made, meter = 0, None
        while True:
            ctx = StepContext(self._scope, firing, caller.ctx.attempt, self._host, caller.ctx.task)
            ctx.caller, ctx.collected, ctx.meter = caller, [], meter
            try:
                emissions = await self._made(firing, ctx)
                return Outcome(_by_pin(node.code.spec, ctx.collected + emissions), ctx.usage)
            except LubanError as error:
                made, meter = made + 1, ctx.meter
                wait = _again_in(node, made, error)
                if wait is None:
                    return Outcome(None, ctx.usage, error=error)
            await asyncio.sleep(wait)

    async def _made(self, firing: Firing, ctx: StepContext) -> list[Any]:
        """What one attempt at a step sends at its end."""
        node = firing.node
        assert node.code is not None
        assert node.gate is not None
        emissions = await self._answered(firing, ctx)
        if emissions is None:
            emissions = await attempt(node.code, node.gate, ctx, node.timeout, self._scope.guard)
        return emissions

    async def _answered(self, firing: Firing, ctx: StepContext) -> list[Any] | None:
        """What a step need not be made for: it is stood in for, or was found to be done."""
        stand_ins, node = self._scope.stand_ins, firing.node
        if stand_ins is not None and (answer := stand_ins.answer(firing)) is not None:
            return answer
        if not node.pure:
            await self._recorder.before_effect()
        decided = await self.announce(firing, ctx) if node.once else None
        assert node.gate is not None
        return None if decided is None else node.gate.leave(decided)

    async def announce(self, firing: Firing, ctx: StepContext) -> list[Any] | None:
        """Writes down that a step which must not be repeated begins, before it does.

        If it had begun before, whether it took effect is found out first: returns what it then
        gave, or `None` when it is to be made. Raises `InDoubt` when it is to fail.
        """
        made = self._planner.progress.get((firing.path, firing.iteration))
        if made is not None and made.announced:
            decided = await self._decide(firing, ctx, made.announced)
            if decided is not None:
                return decided
        if self.closing:
            await asyncio.get_running_loop().create_future()  # another worker begins it
        self._acts.add((firing.path, firing.iteration))
        now = self._scope.clock.now()
        self._recorder.record(StepStarted(firing.path, firing.iteration, ctx.attempt, now))
        await self._recorder.stored()
        return None

    async def _decide(self, firing: Firing, ctx: StepContext, times: int) -> list[Any] | None:
        """Asks the block's own probe, else a person, and writes down what they say."""
        step, key = (firing.path, firing.iteration), f"in-doubt-{times}"
        child = self.children.find(step, key)
        verdict = child.result if child is not None and child.done else None
        if verdict is None and child is None:
            verdict = await self._probed(firing, ctx)
        signal: Signal | None = None
        if verdict is None:
            if child is None:
                self.record(_question(self._scope, firing, key))
            question = ask_id(self._scope.run_id, step, key)
            above = ctx.caller.operation if ctx.caller else None
            signal = await self.wait_for(self.activity(ctx), above, f"answer:{question}", None)
            assert signal is not None  # it waits without end
            verdict = signal.data
        if child is None or not child.done:
            now, used = self._scope.clock.now(), signal.id if signal else None
            self.record(
                ChildFinished(*step, key, "decide", "", None, verdict, now, 0.0, None, used)
            )
        if verdict["choice"] == "again":
            return None
        if verdict["choice"] == "done":
            values: dict[str, Any] = verdict.get("values") or {}
            return list(values.items())
        raise InDoubt(node=firing.path)

    async def _probed(self, firing: Firing, ctx: StepContext) -> dict[str, Any] | None:
        """What the block itself can say; `None` if it cannot."""
        code, gate = firing.node.code, firing.node.gate
        if code is None or gate is None or firing is not ctx.firing:
            return None  # a piece of a block's code has no probe
        found = await probe(code, gate, ctx)
        if isinstance(found, bool):
            return None if found else {"choice": "again", "by": "probe"}
        return {"choice": "done", "values": dict(found), "by": "probe"}

    # -- other runs -------------------------------------------------------------------------

    async def start_agent(
        self,
        agent: str,
        inputs: Mapping[str, Any],
        version: Literal["published", "latest"] | int,
        step: ParentStep,
    ) -> str:
        """Starts a run below this one; asked again, it is the same. Returns its id."""
        scope = self._scope
        started = await scope.world.start_agent(
            scope.owner, agent, inputs, version, step, scope.depth + 1, simulate=scope.simulate
        )
        self.had_runs = True
        scope.keeper.started(started)
        return started

    async def wait_for_run(
        self, activity: Activity, above: Operation | None, run: str
    ) -> RunResult:
        """How a run ended, once it has."""
        self.had_runs = True
        with activity.doing(above):
            ended = await self._scope.keeper.results([run])
        if ended:
            return ended[0]
        with (
            activity.doing(above, waiting=True) as operation,
            self.arrivals.wanted(f"run:{run}", operation) as future,
        ):
            return await future

    async def may_go_deeper(self, activity: Activity, above: Operation | None) -> None:
        """Pauses the run at its limit of agents below agents."""
        limit = self._planner.ceilings.limits.depth
        if self._scope.depth >= limit:
            self._recorder.record(RunPaused("depth", limit, self._scope.clock.now()))
            await self.may_go_on(activity, above)

    # -- waiting ----------------------------------------------------------------------------

    async def may_go_on(self, activity: Activity, above: Operation | None) -> None:
        """Returns at once, or never: a paused run begins nothing until it is taken up again."""
        if self._planner.ceilings.paused is not None:
            with activity.doing(above, waiting=True):
                await asyncio.get_running_loop().create_future()

    async def wait_for(
        self,
        activity: Activity,
        above: Operation | None,
        signal: str | None,
        until: float | None,
    ) -> Signal | None:
        """The next signal with this key; `None` when the time is over first."""
        arrivals, clock = self.arrivals, self._scope.clock
        if signal is not None and (kept := arrivals.take(signal)) is not None:
            return kept
        if until is not None and until <= clock.now():
            return None
        with (
            activity.doing(above, waiting=True, until=until) as operation,
            arrivals.wanted(signal or f"time:{id(operation)}", operation) as future,
            _Alarm(clock.now, until, operation, future),
        ):
            try:
                return await future
            except asyncio.CancelledError:
                if signal is not None and (come := _given(future)) is not None:
                    arrivals.put_back(signal, come)
                raise


def _again_in(node: NodePlan, made: int, error: LubanError) -> float | None:
    """Seconds until the next attempt; none is made where what failed is recorded below it."""
    if node.once or cause_of(error) is not None:
        return None
    return next_attempt_in(node.node.retry, made, error, random.random())


def _given(future: asyncio.Future[Signal | None]) -> Signal | None:
    """What a future got before whoever waited for it was told to stop."""
    return future.result() if future.done() and not future.cancelled() else None


class _Alarm:
    """Ends a wait when its time has come; the clock decides, timers may be early."""

    def __init__(
        self,
        now: Callable[[], float],
        until: float | None,
        operation: Operation,
        future: asyncio.Future[Any],
    ) -> None:
        self._now = now
        self._until = until
        self._operation = operation
        self._future = future
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        self._look()

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._until is None or self._future.done():
            return
        left = self._until - self._now()
        if left <= 0:
            self._operation.waiting = False
            self._future.set_result(None)
        else:
            pause = min(max(left, 0.001), _DAY)
            self._timer = asyncio.get_running_loop().call_later(pause, self._look)


def _question(scope: RunScope, firing: Firing, key: str) -> ChildStarted:
    """The question to a person whether an interrupted step took effect."""
    step = (firing.path, firing.iteration)
    block = firing.node.code.spec.id if firing.node.code else ""
    data = {
        "id": ask_id(scope.run_id, step, key),
        "question": str(InDoubt(node=firing.path)),
        "question_zh": InDoubt(node=firing.path).message_zh,
        "choices": _DECISIONS,
        "block": block,
        "inputs": readable_inputs(firing),
    }
    return ChildStarted(*step, key, "decide", "", data, scope.clock.now())


def _by_pin(spec: BlockSpec, emissions: list[Any]) -> dict[str, Any]:
    """Outputs by pin: a list for a pin that may emit many, else the last value."""
    outputs: dict[str, Any] = {pin.name: [] for pin in spec.outputs if pin.many}
    for pin, value in emissions:
        if pin in outputs and spec.output_by_name[pin].many:
            outputs[pin].append(value)
        else:
            outputs[pin] = value
    return outputs

"""What becomes of the calls of one decision: run side by side, and told to the model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from luban.forge import acting, built_in
from luban.forge.guard import LoopGuard
from luban.forge.mission import Kit, Mission
from luban.forge.own_tools import OwnTools
from luban.forge.permitting import Permitting, Settled
from luban.forge.state import Ended, Result, State, Turn
from luban.forge.toolbox import Toolbox
from luban.sdk import BlockError, Context

Below = Callable[[Mission, Kit, str, float], Awaitable[tuple[Ended, State]]]
"""Works on a task within the task: with which kit, key prefix, and time waited so far."""


class Acted(NamedTuple):
    """Whether a decision brought anything, and whether all it wanted was denied."""

    fruitful: bool
    denied: bool


class _Made(NamedTuple):
    """What came out of one call; `foreign` says that others wrote it."""

    whole: str
    foreign: bool = True
    failed: bool = False
    below: State | None = None


class Hands:
    """The tools of one task at work."""

    def __init__(
        self, ctx: Context, mission: Mission, kit: Kit, state: State, prefix: str, below: Below
    ) -> None:
        self._ctx = ctx
        self._mission = mission
        self._kit = kit
        self._state = state
        self._prefix = prefix
        self._below = below
        self._own = OwnTools(ctx, mission, kit, state, prefix)
        self._permitting = Permitting(ctx, mission, state, prefix)

    def toolbox(self) -> Toolbox:
        """What the model may use now. Raises `BlockError`."""
        return Toolbox(self._kit.tools, self._own.every())

    async def perform(self, turn: Turn, guard: LoopGuard, since: float) -> Acted:
        """Runs the calls of a turn; people are asked first, `since` is when the model decided.

        What is counted is counted in the order of the calls, however they overtook each other.
        """
        box = self.toolbox()
        settled = await self._permitting.settle(turn, box, since)
        work = [
            partial(self._one, f"{turn.number}-{place}", each, box, len(settled))
            for place, each in enumerate(settled)
        ]
        made = await acting.side_by_side(work, self._mission.parallel)
        for place, (each, came) in enumerate(zip(settled, made, strict=True)):
            turn.results.append(self._result(f"{turn.number}-{place}", each, came, guard))
        self._add_up([each.below for each in made if each.below is not None])
        return Acted(
            fruitful=any(not each.failed for each in made),
            denied=all(each.denied for each in settled),
        )

    def _result(self, name: str, settled: Settled, made: _Made, guard: LoopGuard) -> Result:
        call, told = settled.call, made.whole
        if made.foreign:
            self._state.outputs[name] = made.whole
            told = self._own.page(name, made.whole, 1)
        times = guard.note(call.name, call.arguments, made.whole)
        if times > 1:
            told += f"\n(The same call has now brought the same {times} times.)"
        if settled.comment and settled.told is None:
            told += f"\nThe person who allowed this says: {settled.comment}"
        return Result(call, told, made.failed, made.whole)

    def _add_up(self, below: Sequence[State]) -> None:
        """What tasks within the task spent, waited and were allowed, is the task's too."""
        state = self._state
        for each in below:
            state.spent = state.spent.plus(each.spent)
            state.grants |= each.grants
        state.waited = max([state.waited, *(each.waited for each in below)])

    async def _one(self, name: str, settled: Settled, box: Toolbox, of: int) -> _Made:
        call = settled.call
        if settled.told is not None:
            return _Made(settled.told, foreign=False, failed=not settled.worked)
        arguments = call.arguments or {}
        try:
            if call.name in box.usable:
                tool, key = box.usable[call.name], f"{self._prefix}{name}"
                outputs = await acting.use(self._ctx, key, tool, arguments, self._mission.retries)
                return _Made(acting.as_text(outputs))
            if call.name == built_in.DELEGATE:
                return await self._delegated(name, arguments, box, of)
            own = box.built_in[call.name]
            return _Made(await own.run(arguments, f"{self._prefix}act-{name}"), own.foreign)
        except BlockError as error:
            if call.name == built_in.DELEGATE and getattr(error, "retryable", False):
                raise  # its model, not a tool: the step is tried again
            return _Made(acting.failure(error), failed=True)

    async def _delegated(
        self, name: str, arguments: Mapping[str, Any], box: Toolbox, of: int
    ) -> _Made:
        """The answer of a second agent, with some of the tools and a share of what is left."""
        mission, state = self._mission, self._state
        names: Sequence[str] = arguments.get("tools") or ()
        steps = int(arguments.get("max_steps") or mission.bounds.steps)
        inner = replace(
            mission,
            goal=str(arguments["goal"]),
            instructions=str(arguments.get("instructions") or ""),
            images=(),
            files=(),
            earlier=(),
            schema=None,
            may_delegate=False,
            bounds=mission.bounds.share(state.spent, of, steps),
        )
        kit = self._kit._replace(
            tools=box.subset(names), verifier=None, memory=None, grants=frozenset(state.grants)
        )
        prefix = f"{self._prefix}sub-{name}-"
        ended, below = await self._below(inner, kit, prefix, state.waited)
        why = f"\n(It stopped early: {ended.why}.)" if ended.stopped != "done" else ""
        return _Made(f"{ended.answer}{why}", below=below)

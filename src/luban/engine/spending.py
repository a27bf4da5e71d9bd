"""What the model calls of one run may take: looked at before each call, written down after it.

A call is let through while what was taken, and what the calls in flight may take at most, is below
each limit. While only the calls in flight stand in the way it waits for them; at a limit that is
used up the run pauses, and its owner is asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from luban.engine.metering import Meter, piece_of
from luban.engine.recorder import Recorder
from luban.engine.step_paths import node_of
from luban.model.errors import LubanError
from luban.model.events import ModelUsed, RunPaused
from luban.model.spending import NOTHING, Taken
from luban.ports.budgets import Admission, Gate, PlannedCall, Spent
from luban.sdk.chat import Usage

if TYPE_CHECKING:
    from luban.engine.calling import Calling
    from luban.engine.context import RunScope, StepContext
    from luban.engine.waits import Operation
    from luban.model.graph import SpendLimits

log = logging.getLogger(__name__)

_LOOK_AGAIN = 0.25
"""Seconds after which a budget that calls of other processes may use up is looked at again."""


class Expected(NamedTuple):
    """What a call is expected to take at most, in model tokens."""

    input_tokens: int
    output_tokens: int = 0


class _Place(NamedTuple):
    """Which node of the graph asks, and what that node may take in the run."""

    node: str
    limits: SpendLimits | None


class CallUnderWay:
    """A call that was let through."""

    __slots__ = ("_spending", "_step", "expected", "hold", "model", "node")

    def __init__(
        self, spending: Spending, step: StepContext, node: str, model: str, expected: Taken
    ) -> None:
        self._spending = spending
        self._step = step
        self.node = node
        self.model = model
        self.expected = expected
        self.hold = ""

    def took(self, model: str, usage: Usage) -> None:
        """Writes down what the answer took; `model` is the one that gave it. Raises `Fenced`."""
        self._spending.note(self._step, self, model or self.model, usage)


class Spending:
    """That of one run in this worker; made when a step first asks a model."""

    def __init__(self, scope: RunScope, recorder: Recorder, calling: Calling) -> None:
        self._scope = scope
        self._recorder = recorder
        self._calling = calling
        self._ceilings = recorder.planner.ceilings
        self._gate: Gate = scope.gate
        self._in_flight: dict[CallUnderWay, None] = {}
        self._largest: dict[tuple[str, str], Taken] = {}
        """What calls of a node to a model took at most so far: better than a guess."""
        self._ended = asyncio.Event()
        self._releases: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def call(
        self, step: StepContext, model: str, expected: Expected
    ) -> AsyncGenerator[CallUnderWay]:
        """Waits until a call may be made, or for ever when the run pauses; then it is in flight."""
        piece = piece_of(step)
        above = piece.operation if piece else step.caller.operation if step.caller else None
        call = await self._admitted(step, above, model, expected)
        try:
            with step.activity.doing(above):
                yield call
        finally:
            self._ended_one(call)
            if call.hold:
                task = asyncio.get_running_loop().create_task(self._release(call.hold))
                self._releases.add(task)
                task.add_done_callback(self._releases.discard)

    def note(self, step: StepContext, call: CallUnderWay, model: str, usage: Usage) -> None:
        """Writes down what an answer took."""
        piece, firing = piece_of(step), step.firing
        if step.meter is None:
            step.meter = Meter()
        (piece.meter if piece else step.meter).note(usage)
        took = NOTHING.plus(usage.input_tokens + usage.output_tokens, usage.usd)
        like = (call.node, call.model)
        self._largest[like] = took.most(self._largest.get(like, NOTHING))
        self._recorder.record(
            ModelUsed(
                firing.path,
                firing.iteration,
                piece.key if piece and not piece.meter.closed else "",
                self._scope.agent_id,
                model,
                usage.input_tokens,
                usage.output_tokens,
                usage.usd,
                self._scope.clock.now(),
            )
        )

    async def _admitted(
        self, step: StepContext, above: Operation | None, model: str, expected: Expected
    ) -> CallUnderWay:
        place = _place(step)
        while True:
            await self._calling.may_go_on(step.activity, above)
            await self._recorder.before_effect()  # what was paid so far stays paid
            most = await self._at_most(place.node, model, expected)
            # From here to where it is in flight nothing is awaited: calls side by side count.
            self._pause_if_reached(place, most)
            if self._ceilings.paused is not None:
                continue
            held = self._held(), self._held(place.node)
            if self._ceilings.exceeded(*place, most, *held) is not None:
                await self._one_ends(None)
                continue
            call = CallUnderWay(self, step, place.node, model, most)
            self._in_flight[call] = None
            admission = await self._ask_gate(call)
            if not admission.busy and admission.spent is None:
                call.hold = admission.hold
                return call
            self._ended_one(call)
            if admission.spent is not None:
                self._pause_for(admission.spent)
            else:
                await self._one_ends(_LOOK_AGAIN)

    async def _ask_gate(self, call: CallUnderWay) -> Admission:
        scope, ceilings = self._scope, self._ceilings
        try:
            return await self._gate.admit(
                PlannedCall(
                    scope.owner,
                    scope.agent_id,
                    scope.run_id,
                    call.model,
                    call.expected,
                    ceilings.taken,
                    self._held(but=call),
                )
            )
        except BaseException:
            self._ended_one(call)
            raise

    async def _at_most(self, node: str, model: str, expected: Expected) -> Taken:
        """The most a call may take: as its like took so far, else as its own bounds say."""
        if (known := self._largest.get((node, model))) is not None:
            return known
        price = await self._gate.price(self._scope.owner, model, *expected)
        return NOTHING.plus(sum(expected), price)

    def _held(self, node: str | None = None, but: CallUnderWay | None = None) -> Taken:
        """What the calls in flight may take, of one node or of all."""
        held = NOTHING
        for call in self._in_flight:
            if call is not but and (node is None or call.node == node):
                held = held.added(call.expected)
        return held

    def _pause_if_reached(self, place: _Place, most: Taken) -> None:
        reached = self._ceilings.exceeded(*place, most)
        if reached is not None and self._ceilings.paused is None:
            self._pause(*reached)

    def _pause_for(self, spent: Spent) -> None:
        scope, window, exceeded = spent
        if self._ceilings.paused is None:
            details = {
                "what": exceeded.what,
                "of": exceeded.limit,
                "scope": scope,
                "window": window,
            }
            self._pause(f"budget:{scope}:{window}:{exceeded.what}", exceeded.taken, details)

    def _pause(self, limit: str, value: float, details: dict[str, Any]) -> None:
        unpriced = self._ceilings.taken.unpriced
        told = {**details, "unpriced": unpriced} if unpriced else details
        self._recorder.record(RunPaused(limit, value, self._scope.clock.now(), told))

    async def _one_ends(self, patience: float | None) -> None:
        """Returns when a call of this run has ended, or after so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._ended.wait()
        except TimeoutError:
            pass

    def _ended_one(self, call: CallUnderWay) -> None:
        self._in_flight.pop(call, None)
        ended, self._ended = self._ended, asyncio.Event()
        ended.set()

    async def _release(self, hold: str) -> None:
        """Once what the call took is in the journal, and so counted."""
        try:
            await self._recorder.stored()
            await self._gate.release(self._scope.owner, hold)
        except LubanError as error:
            log.info("run %s: %s", self._scope.run_id, error)  # the hold is void by itself


def _place(step: StepContext) -> _Place:
    while step.caller is not None:
        step = step.caller.ctx
    return _Place(node_of(step.firing.path), step.firing.node.node.limits)

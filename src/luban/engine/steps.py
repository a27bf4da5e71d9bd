"""One attempt of a step, from its announcement to the event that tells how it ended."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from luban.engine.attempt import TimedOut, attempt
from luban.engine.context import Host, RunScope, StepContext
from luban.engine.recorder import Recorder
from luban.engine.retry import next_attempt_in
from luban.engine.shown import readable_inputs
from luban.engine.state import Firing
from luban.model.errors import LubanError
from luban.model.events import AttemptFailed, StepFailed, StepFinished
from luban.ports.bus import Live
from luban.sdk.recorded_errors import cause_of

Ended = StepFinished | StepFailed | AttemptFailed


class Steps:
    """Makes the attempts of one run's steps."""

    __slots__ = (
        "_host",
        "_recorder",
        "_scope",
    )

    def __init__(self, scope: RunScope, recorder: Recorder, host: Host) -> None:
        self._scope = scope
        self._recorder = recorder
        self._host = host

    async def attempt(self, firing: Firing, number: int, task: asyncio.Task[Any] | None) -> Ended:
        """Makes one attempt; whatever a block raises comes back as an event."""
        scope, node = self._scope, firing.node
        clock, code, gate = scope.clock, node.code, node.gate
        assert code is not None  # nodes with a body are the planner's
        assert gate is not None
        began, at = clock.monotonic(), clock.now()
        path, iteration = firing.path, firing.iteration
        if scope.bus.watched(scope.run_id):
            place = {"node": path, "iteration": iteration, "attempt": number, "at": at}
            scope.bus.publish(scope.run_id, Live("step_started", place))
        ctx = StepContext(scope, firing, number, self._host, task)
        try:
            emissions = None
            if scope.stand_ins is not None:
                emissions = scope.stand_ins.answer(firing)
            if emissions is None and node.once:
                decided = await self._host.calling.announce(firing, ctx)
                emissions = None if decided is None else gate.leave(decided)
            if emissions is None:
                emissions = await attempt(code, gate, ctx, node.timeout, scope.guard)
        except LubanError as error:
            took = clock.monotonic() - began
            wait = next_attempt_in(node.node.retry, number, error, random.random())
            stored = self.stored_error(error, firing)
            if wait is None or node.once:
                return StepFailed(path, iteration, number, stored, at, took, ctx.usage)
            return AttemptFailed(path, iteration, number, stored, at, took, wait)
        took = clock.monotonic() - began
        return StepFinished(path, iteration, number, emissions, at, took, ctx.usage)

    def refused(self, event: StepFinished | StepFailed, error: LubanError, firing: Firing) -> Any:
        """The event in place of one that turned out not to be storable."""
        stored = self.stored_error(error, firing)
        path, iteration, number, _, at, took, usage = event
        return StepFailed(path, iteration, number, stored, at, took, usage)

    def overdue(self, firing: Firing) -> StepFailed:
        """The event of a step that took longer than it may with all its attempts and waits."""
        error = TimedOut(node=firing.path, seconds=firing.node.node.timeout_total)
        stored = self.stored_error(error, firing)
        made = self._recorder.planner.progress.get((firing.path, firing.iteration))
        number, now = (made.attempts + 1 if made else 1), self._scope.clock.now()
        since = now if made is None or made.since is None else made.since
        return StepFailed(firing.path, firing.iteration, number, stored, since, now - since)

    def stored_error(self, error: LubanError, firing: Firing) -> dict[str, Any]:
        """An error with where it happened and with which inputs, secrets left out."""
        code = firing.node.code
        stored = {
            **error.as_json(),
            "node": firing.path,
            "iteration": firing.iteration,
            "block": code.spec.id if code else None,
            "inputs": readable_inputs(firing),
        }
        if (cause := cause_of(error)) is not None:
            stored["child"] = cause
        return stored

"""Runs one run: starts the steps the planner decides, tells it what happened, writes it down.

The output-commit rule: a result may be computed on before it is stored, but may not escape. Steps
of blocks without effects start at once; before any other step, and before the run's end is told,
everything this run has put into the journal is stored.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from luban.engine.attempt import InDoubt, attempt
from luban.engine.context import RunScope, StepContext
from luban.engine.inputs import Lacking
from luban.engine.planner import Planner
from luban.engine.ready import ReadyQueue
from luban.engine.retry import next_attempt_in
from luban.engine.state import Firing
from luban.engine.writer import JournalWriter
from luban.model.errors import LubanError, NotStorable, show
from luban.model.events import (
    AttemptFailed,
    Event,
    RunEnded,
    RunPaused,
    RunStarted,
    StepEmitted,
    StepFailed,
    StepFinished,
    StepStarted,
    to_row,
)
from luban.model.run import RunStatus
from luban.ports.bus import Live
from luban.ports.journal import RunChange

_BACKLOG = 1024
"""Rows put and not yet written at which a run waits for the writer."""
_QUEUE = 1024
"""Queued steps at which a stream waits for its consumers."""
_TURN = 32
"""Steps in a row after which other runs get their turn."""


class RunLoop:
    """One run in progress in this worker."""

    def __init__(
        self,
        scope: RunScope,
        planner: Planner,
        writer: JournalWriter,
    ) -> None:
        self.run_id = scope.run_id
        self._scope = scope
        self._planner = planner
        self._writer = writer
        self._batch = 0
        self._turn = 0
        self._ready = ReadyQueue(planner.plan.settings.parallel)
        self._tasks: set[asyncio.Task[None]] = set()
        self._performing: dict[tuple[str, int], asyncio.Task[Any] | None] = {}
        self._done = asyncio.Event()
        self._room = asyncio.Event()
        self._cancelled = False
        self._stopping = False
        self._crash: BaseException | None = None

    async def run(self, firings: list[Firing], *, fresh: bool) -> RunEnded | RunPaused:
        """Goes on until the run ends or pauses, and returns once that is stored.

        `firings` are the steps to begin with; a `fresh` run gets its first event. Raises
        `CancelledError` when the worker gives the run up, leaving its journal as it is.
        """
        if fresh:
            self._record(RunStarted(self._scope.clock.now()))
        timer = self._set_timer()
        try:
            self._launch(firings)
            if not self._tasks:
                self._done.set()
            await self._done.wait()
        finally:
            if timer is not None:
                timer.cancel()
            await self._stop_tasks()
        if self._crash is not None:
            raise self._crash
        return await self._conclude()

    def cancel(self) -> None:
        """Ends the run as cancelled, whatever it is doing."""
        self._cancelled = True
        self._done.set()

    # -- steps ------------------------------------------------------------------------------

    def _launch(self, firings: list[Firing]) -> None:
        for firing in firings:
            if self._ready.offer(firing):
                self._spawn(firing)

    def _spawn(self, firing: Firing) -> None:
        task = asyncio.get_running_loop().create_task(self._drive(firing))
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None:
            self._crash = self._crash or crash
            self._done.set()
        if not self._tasks:
            self._done.set()

    async def _drive(self, firing: Firing) -> None:
        """Performs a step, then its successor or a queued one, in the same task."""
        ready, planner = self._ready, self._planner
        perform = self._perform_or_skip if planner.plan.has_bodies else self._perform
        following: Firing | None = firing
        while following is not None:
            firing, following = following, None
            firings = await perform(firing)
            ready.release(firing)
            if planner.aborted:
                self._abort()
            if len(firings) > 1:
                self._launch(firings[1:])
            if firings and ready.offer(firings[0]):
                following = firings[0]
            elif ready.queued:
                following = ready.take()
                if ready.queued < _QUEUE:
                    self._room.set()
            self._turn += 1
            if self._turn % _TURN == 0:
                await self._take_turns()

    async def _take_turns(self) -> None:
        """Lets other runs go on, and the writer catch up."""
        if self._writer.backlog > _BACKLOG:
            await self._writer.wait(self._batch)
        else:
            await asyncio.sleep(0)

    async def _perform_or_skip(self, firing: Firing) -> list[Firing]:
        """Performs a step unless the body it belongs to failed, before or meanwhile."""
        key = (firing.path, firing.iteration)
        if key not in self._planner.pending:
            return []
        self._performing[key] = task = asyncio.current_task()
        try:
            return await self._perform(firing)
        except asyncio.CancelledError:
            if self._stopping or task is None:
                raise
            task.uncancel()
            return []
        finally:
            self._performing.pop(key, None)

    async def _perform(self, firing: Firing) -> list[Firing]:
        """One step with all its attempts; returns what it made possible."""
        number = 1
        if self._planner.attempts:
            number += self._planner.attempts.get((firing.path, firing.iteration), 0)
        writer, pure = self._writer, firing.node.pure
        while True:
            if not pure and (self._batch > writer.durable or writer.doubtful()):
                await writer.assure(self._batch)
            event = await self._attempt(firing, number)
            if not isinstance(event, AttemptFailed):
                break
            self._record(event)
            with self._place_free(firing):
                await asyncio.sleep(event.retry_in)
            number += 1
        try:
            return self._record(event)
        except NotStorable as error:  # found only now, as a whole value is
            stored = self._stored_error(error, firing)
            path, iteration, number, _, at, took, usage = event
            return self._record(StepFailed(path, iteration, number, stored, at, took, usage))

    async def _attempt(
        self, firing: Firing, number: int
    ) -> StepFinished | StepFailed | AttemptFailed:
        clock, node = self._scope.clock, firing.node
        code, gate = node.code, node.gate
        assert code is not None  # nodes with a body are the planner's
        assert gate is not None
        began, at = clock.monotonic(), clock.now()
        path, iteration = firing.path, firing.iteration
        if self._scope.bus.watched(self.run_id):
            place = {"node": path, "iteration": iteration, "attempt": number, "at": at}
            self._scope.bus.publish(self.run_id, Live("step_started", place))
        ctx = StepContext(self._scope, firing, number, self._emit)
        try:
            if node.once:
                await self._announce(firing, number, at)
            emissions = await attempt(code, gate, ctx, node.timeout)
        except LubanError as error:
            took = clock.monotonic() - began
            wait = next_attempt_in(node.node.retry, number, error, random.random())
            stored = self._stored_error(error, firing)
            if wait is None or node.once:
                return StepFailed(path, iteration, number, stored, at, took, ctx.usage)
            return AttemptFailed(path, iteration, number, stored, at, took, wait)
        took = clock.monotonic() - began
        return StepFinished(path, iteration, number, emissions, at, took, ctx.usage)

    async def _announce(self, firing: Firing, number: int, at: float) -> None:
        """Writes down that a step which must not be repeated begins, before it does."""
        if (firing.path, firing.iteration) in self._planner.begun:
            raise InDoubt(node=firing.path)
        self._record(StepStarted(firing.path, firing.iteration, number, at))
        await self._writer.wait(self._batch)

    # -- streams ----------------------------------------------------------------------------

    async def _emit(self, ctx: StepContext, pin: str, value: Any) -> None:
        """Sends a value on while its step goes on; what an earlier attempt sent is dropped."""
        firing, gate = ctx.firing, ctx.firing.node.gate
        assert gate is not None  # only code emits
        number, ctx.sent = ctx.sent, ctx.sent + 1
        if number < self._planner.emitted.get((firing.path, firing.iteration), 0):
            return
        value = gate.leave_one(pin, value)
        event = StepEmitted(firing.path, firing.iteration, number, pin, value)
        self._launch(self._record(event))
        if self._planner.aborted:
            self._abort()
        if self._ready.queued >= _QUEUE or self._writer.backlog > _BACKLOG:
            await self._wait_for_room(firing)

    async def _wait_for_room(self, firing: Firing) -> None:
        """Holds a stream back until its consumers have caught up; meanwhile its place is free."""
        if self._writer.backlog > _BACKLOG:
            await self._writer.wait(self._batch)
        with self._place_free(firing):
            while self._ready.queued >= _QUEUE:
                self._room.clear()
                await self._room.wait()

    @contextmanager
    def _place_free(self, firing: Firing) -> Generator[None, None, None]:
        """Lets queued steps have the place of one that waits; it takes it back in any case."""
        self._ready.release(firing)
        while (queued := self._ready.take()) is not None:
            self._spawn(queued)
        try:
            yield
        finally:
            self._ready.reclaim(firing)

    # -- the run as a whole -----------------------------------------------------------------

    def _record(self, event: Event) -> list[Firing]:
        self._batch = self._writer.put(to_row(self.run_id, event))
        return self._planner.apply(event)

    def _abort(self) -> None:
        """Gives up steps of bodies that failed, or of a run that did."""
        for key in self._planner.aborted:
            task = self._performing.get(key)
            if task is not None:
                task.cancel()
        self._planner.aborted.clear()
        if self._planner.halted:
            self._done.set()

    def _set_timer(self) -> asyncio.TimerHandle | None:
        planner = self._planner
        begun = planner.started_at
        if begun is None:
            return None
        spent = self._scope.clock.now() - begun - planner.idle_seconds
        left = max(planner.limits.seconds - spent, 0.0)
        return asyncio.get_running_loop().call_later(left, self._time_is_up)

    def _time_is_up(self) -> None:
        planner = self._planner
        if not planner.finished and planner.paused is None:
            planner.paused = ("seconds", planner.limits.seconds)
        self._done.set()

    async def _stop_tasks(self) -> None:
        self._stopping = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _conclude(self) -> RunEnded | RunPaused:
        planner, now = self._planner, self._scope.clock.now()
        if not self._cancelled and planner.paused is not None and not planner.finished:
            limit, value = planner.paused
            paused = RunPaused(limit, value, now)
            waiting = {"kind": "limit", "limit": limit, "value": value}
            await self._write_end(
                paused,
                RunChange(self.run_id, RunStatus.WAITING, planner.steps, now, waiting_for=waiting),
            )
            return paused
        status = RunStatus.FAILED if planner.failed else RunStatus.COMPLETED
        if self._cancelled:
            status = RunStatus.CANCELLED
        starved = [each.model_dump() for each in planner.starved]
        ended = RunEnded(status.value, planner.outputs, planner.failed, starved, now)
        change = RunChange(
            self.run_id, status, planner.steps, now, ended.outputs, ended.error, starved
        )
        await self._write_end(ended, change)
        return ended

    async def _write_end(self, event: RunEnded | RunPaused, change: RunChange) -> None:
        self._batch = self._writer.put(to_row(self.run_id, event), change)
        await self._writer.wait(self._batch)

    def _stored_error(self, error: LubanError, firing: Firing) -> dict[str, Any]:
        """An error with where it happened and with which inputs, secrets left out."""
        code = firing.node.code
        secret = {pin.name for pin in code.spec.inputs if pin.secret} if code else set[str]()
        inputs = {
            name: "•••" if name in secret else _readable(value)
            for name, value in firing.inputs.items()
        }
        return {
            **error.as_json(),
            "node": firing.path,
            "iteration": firing.iteration,
            "block": code.spec.id if code else None,
            "inputs": inputs,
        }


def _readable(value: Any) -> Any:
    if isinstance(value, Lacking):
        return None
    if isinstance(value, (list, dict)):
        return show(value)  # pyright: ignore[reportUnknownArgumentType]
    return show(value) if isinstance(value, str) else value

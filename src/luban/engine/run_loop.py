"""Runs one run: starts the steps the planner decides, tells it what happened, writes it down.

The output-commit rule: a result may be computed on before it is stored, but may not escape. Steps
of blocks without effects start at once; before any other step, and before the run's end is told,
everything this run has put into the journal is stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from luban.engine import records
from luban.engine.bounds import OutputTooLarge
from luban.engine.calling import Calling
from luban.engine.context import RunScope, StepContext
from luban.engine.discretion import Opened
from luban.engine.moment import Moment
from luban.engine.planner import Planner
from luban.engine.ready import ReadyQueue
from luban.engine.recorder import Recorder
from luban.engine.state import Firing
from luban.engine.steps import Steps
from luban.engine.verbs import Verbs
from luban.engine.waits import LINGER, PAUSE_LINGER, Activity, Arrivals
from luban.engine.writer import JournalWriter
from luban.model.errors import NotStorable
from luban.model.events import (
    AttemptFailed,
    RunEnded,
    RunPaused,
    RunStarted,
    RunWaiting,
    RunWoken,
    StepEmitted,
)
from luban.model.hiding import Hidden
from luban.ports.journal import RunResult

log = logging.getLogger(__name__)

_QUEUE = 1024
"""Queued steps at which a stream waits for its consumers."""
_TURN = 32
"""Steps in a row after which other runs get their turn."""


class RunLoop:
    """One run in progress in this worker; `nudge` is the last one it has looked after."""

    __slots__ = (
        "_activities", "_begun", "_calling", "_cancelled", "_chores", "_crash", "_done",
        "_opened", "_parking",
        "_parted_at", "_pause_first", "_performing", "_planner", "_ready", "_recorder", "_room",
        "_scope", "_steps", "_stopping", "_tasks", "_turn", "_writer", "nudge", "run_id",
    )  # fmt: skip

    def __init__(self, scope: RunScope, planner: Planner, writer: JournalWriter) -> None:
        self.run_id = scope.run_id
        self.nudge = 0
        self._scope = scope
        self._planner = planner
        self._writer = writer
        self._recorder = Recorder(scope.run_id, planner, writer, scope.guard.bounds)
        self._steps = Steps(scope, self._recorder, self)
        self._calling: Calling | None = None
        self._turn = 0
        self._ready = ReadyQueue(planner.plan.settings.parallel)
        # In order, so that the same run comes to the same end when it is played again.
        self._tasks: dict[asyncio.Task[None], None] = {}
        self._performing: dict[tuple[str, int], asyncio.Task[Any] | None] = {}
        self._activities: dict[Activity, None] = {}
        self._chores: set[asyncio.Task[None]] = set()
        self._done = Moment()
        self._room: asyncio.Event | None = None
        self._cancelled = False
        self._stopping = False
        self._parking = False
        self._parted_at = 0
        self._begun = False
        self._pause_first = False
        self._crash: BaseException | None = None
        self._opened = Opened(scope, self._recorder)

    async def run(self, firings: list[Firing], *, fresh: bool) -> RunEnded | RunPaused | RunWaiting:
        """Goes on until the run ends, pauses or leaves to wait; returns once that is stored.

        `firings` are the steps to begin with; a `fresh` run gets its first event. Raises
        `CancelledError` when the worker gives the run up, leaving its journal as it is.
        """
        self._begun = True
        try:
            return await self._run(firings, fresh=fresh)
        finally:
            self._opened.leave()

    async def _run(
        self, firings: list[Firing], *, fresh: bool
    ) -> RunEnded | RunPaused | RunWaiting:
        if fresh:
            versions = self._planner.plan.versions
            self._recorder.record(RunStarted(self._scope.clock.now(), versions))
        while True:
            if self._planner.ceilings.parked:
                now = self._scope.clock.now()
                change = records.under_way(self.run_id, self._planner, now)
                self._recorder.record(RunWoken(now), change)
            if self._pause_first:
                self._pause_first = False
                self.pause()
            await self._round(firings)
            if not self._parking or self._cancelled:
                return await self._conclude()
            if (left := await self._park()) is not None:
                return left
            firings = self._planner.in_flight()
            self._ready = ReadyQueue(self._planner.plan.settings.parallel)

    @property
    def calling(self) -> Calling:
        """The run's side of durable verbs; made when a step first needs it."""
        if self._calling is None:
            self._calling = Calling(self._scope, self._recorder, self, self._activity_changed)
        return self._calling

    @property
    def hidden(self) -> Hidden | None:
        """The secrets the run has opened here."""
        return self._recorder.hidden

    def hide(self, values: Iterable[str], done: Callable[[], None]) -> None:
        """Keeps these values from journal, readers and later steps, as long as it runs here."""
        self._opened.hide(values, done)

    @property
    def had_runs(self) -> bool:
        """Whether a step has started another run."""
        return self._calling is not None and self._calling.had_runs

    @property
    def is_acting(self) -> bool:
        """Whether a step that must not happen twice is under way."""
        return self._calling is not None and self._calling.is_acting

    def begin_no_acts(self) -> None:
        """From now on no step begins that must not happen twice: the worker is about to stop."""
        self.calling.closing = True

    async def stored(self) -> None:
        """Returns once everything that happened in the run is in the journal. Raises `Fenced`."""
        await self._recorder.stored()

    def cancel(self) -> None:
        """Ends the run as cancelled, whatever it is doing."""
        self._cancelled = True
        self._done.set()

    def pause(self) -> None:
        """Begins no more steps; the run waits for its owner once those under way are done."""
        if not self._begun:
            self._pause_first = True
        elif self._planner.ceilings.paused is None and not self._planner.finished:
            self._recorder.record(RunPaused("pause", 0.0, self._scope.clock.now()))
            self._ready.clear()
            self._settle()

    def look_after(self, nudge: int) -> None:
        """Something came for the run: finds out what, and tells those who wait for it."""
        self._chore(self._receive(nudge))

    # -- steps ------------------------------------------------------------------------------

    async def _round(self, firings: list[Firing]) -> None:
        """Makes steps until the run is over, stands still, or only waits."""
        self._done.clear()
        self._stopping = self._parking = False
        if self._calling is not None:
            self._calling.arrivals = Arrivals()
        if self.nudge:
            await self._receive(self.nudge)
        timer = self._set_timer()
        try:
            if not self._cancelled and self._planner.ceilings.paused is None:
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

    def _launch(self, firings: list[Firing]) -> None:
        for firing in firings:
            if self._ready.offer(firing):
                self._spawn(firing)

    def _spawn(self, firing: Firing) -> None:
        task = asyncio.get_running_loop().create_task(self._drive(firing))
        self._tasks[task] = None
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled() and (crash := task.exception()) is not None:
            self._crash = self._crash or crash
            self._done.set()
        if not self._tasks:
            self._done.set()
        elif self._activities:
            self._settle()

    async def _drive(self, firing: Firing) -> None:
        """Performs a step, then its successor or a queued one, in the same task."""
        ready, planner, task = self._ready, self._planner, asyncio.current_task()
        perform = self._make
        if planner.plan.has_bodies:
            perform = self._perform_or_skip
        elif planner.plan.has_time_limits:
            perform = self._perform
        following: Firing | None = firing
        while following is not None:
            firing, following = following, None
            firings = await perform(firing, task)
            ready.release(firing)
            if planner.aborted:
                self._abort()
            first = bool(firings) and ready.offer(firings[0])  # before the others of its node
            if len(firings) > 1:
                self._launch(firings[1:])
            if first:
                following = firings[0]
            elif ready.queued:
                following = ready.take()
                if self._room is not None and ready.queued < _QUEUE:
                    self._room.set()
            self._turn += 1
            if self._turn % _TURN == 0:
                await self._take_turns()

    async def _take_turns(self) -> None:
        """Lets other runs go on, and the writer catch up."""
        if self._writer.is_behind:
            await self._recorder.stored()
        else:
            await asyncio.sleep(0)

    async def _perform_or_skip(
        self, firing: Firing, task: asyncio.Task[Any] | None
    ) -> list[Firing]:
        """Performs a step unless the body it belongs to failed, before or meanwhile."""
        key = (firing.path, firing.iteration)
        if key not in self._planner.pending:
            return []
        self._performing[key] = task
        try:
            return await self._perform(firing, task)
        except asyncio.CancelledError:
            if self._stopping or task is None:
                raise
            task.uncancel()
            return []
        finally:
            self._performing.pop(key, None)

    async def _perform(self, firing: Firing, task: asyncio.Task[Any] | None) -> list[Firing]:
        """One step with all its attempts; returns what it made possible."""
        if firing.node.node.timeout_total is None:
            return await self._make(firing, task)
        left = (self._end_of(firing) or 0.0) - self._scope.clock.now()
        try:
            async with asyncio.timeout(left):
                return await self._make(firing, task)
        except TimeoutError:
            return self._recorder.record(self._steps.overdue(firing))

    def _end_of(self, firing: Firing) -> float | None:
        """When the time of a whole step is over, its waits and all its attempts included."""
        total = firing.node.node.timeout_total
        if total is None:
            return None
        made = self._planner.progress.get((firing.path, firing.iteration))
        now = self._scope.clock.now()
        return total + (now if made is None or made.since is None else made.since)

    async def _make(self, firing: Firing, task: asyncio.Task[Any] | None) -> list[Firing]:
        """The attempts of a step, until one of them is the last."""
        number, recorder, writer = 1, self._recorder, self._writer
        if self._planner.progress:
            number = await self._take_up(firing, task)
        pure = firing.node.pure
        while True:
            if not pure and (recorder.batch > writer.durable or writer.doubtful()):
                await writer.assure(recorder.batch)
            event = await self._steps.attempt(firing, number, task)
            if task not in self._tasks:  # its block did not stop when it was told to
                raise asyncio.CancelledError
            if not isinstance(event, AttemptFailed):
                break
            recorder.record(event)
            number = await self._take_up(firing, task)
        try:
            return recorder.record(event)
        except (NotStorable, OutputTooLarge) as error:  # found only now, as a whole
            return recorder.record(self._steps.refused(event, error, firing))

    async def _take_up(self, firing: Firing, task: asyncio.Task[Any] | None) -> int:
        """Waits until a step may be attempted again; returns the number of that attempt."""
        made = self._planner.progress.get((firing.path, firing.iteration))
        if made is None:
            return 1
        if made.retry_at > self._scope.clock.now():
            ctx = StepContext(self._scope, firing, made.attempts, self, task)
            await self.calling.wait_for(
                Activity(ctx, self._activity_changed), None, None, made.retry_at
            )
        return made.attempts + 1

    # -- streams ----------------------------------------------------------------------------

    async def emit(self, ctx: StepContext, pin: str, value: Any) -> None:
        """Sends a value on while its step goes on; what an earlier attempt sent is dropped."""
        firing, gate = ctx.firing, ctx.firing.node.gate
        assert gate is not None  # only code emits
        if ctx.collected is not None:
            ctx.collected.append((pin, gate.leave_one(pin, value)))
            return
        number, ctx.sent = ctx.sent, ctx.sent + 1
        bounds = self._scope.guard.bounds
        if ctx.sent > bounds.emissions:
            bounds.check_count(ctx.sent, firing.path)
        made = self._planner.progress.get((firing.path, firing.iteration))
        if made is not None and number < made.emitted:
            return
        value = gate.leave_one(pin, value, firing.path, bounds)
        event = StepEmitted(firing.path, firing.iteration, number, pin, value)
        self._launch(self._recorder.record(event))
        ctx.sent_bytes += self._recorder.size
        bounds.check_size(ctx.sent_bytes, firing.path, pin)
        if self._planner.aborted:
            self._abort()
        if self._ready.queued >= _QUEUE or self._writer.is_behind:
            await self._wait_for_room(firing)

    async def _wait_for_room(self, firing: Firing) -> None:
        """Holds a stream back until its consumers have caught up; meanwhile its place is free."""
        if self._writer.is_behind:
            await self._recorder.stored()
        if self._room is None:
            self._room = asyncio.Event()
        room = self._room
        with self._place_free(firing):
            while self._ready.queued >= _QUEUE:
                room.clear()
                await room.wait()

    @contextmanager
    def _place_free(self, firing: Firing) -> Generator[None, None, None]:
        """Lets queued steps have the place of one that waits; it takes it back in any case."""
        self._free_place(firing)
        try:
            yield
        finally:
            self._ready.reclaim(firing)

    def _free_place(self, firing: Firing) -> None:
        self._ready.release(firing)
        while (queued := self._ready.take()) is not None:
            self._spawn(queued)

    # -- waiting ----------------------------------------------------------------------------

    def verbs(self, ctx: StepContext) -> Verbs:
        return self.calling.verbs(ctx)

    def _activity_changed(self, activity: Activity) -> None:
        """A step began to wait, or goes on: its place is free meanwhile, its time limit stands."""
        ctx, idle = activity.ctx, activity.idle
        if idle == activity.resting:
            return
        activity.resting = idle
        activity.quiet_since = self._scope.clock.monotonic()
        if ctx.timer is not None:
            ctx.timer.stop() if idle else ctx.timer.go_on()
        if idle:
            self._activities[activity] = None
            self._free_place(ctx.firing)
            self._settle()
        else:
            self._activities.pop(activity, None)
            self._ready.reclaim(ctx.firing)

    def _settle(self) -> None:
        """Ends the round when all that is left of it waits, and for long."""
        if self._done.has_come or len(self._activities) < len(self._tasks) or self._ready.queued:
            return
        now = self._scope.clock.monotonic()
        linger = LINGER if self._planner.ceilings.paused is None else PAUSE_LINGER
        if not all(activity.asleep(now, linger) for activity in self._activities):
            asyncio.get_running_loop().call_later(linger, self._settle)
            return
        if self._planner.ceilings.paused is None:
            ends = [activity.horizon for activity in self._activities]
            ends += [self._end_of(activity.ctx.firing) for activity in self._activities]
            first = min((end for end in ends if end is not None), default=None)
            if first is not None and first - self._scope.clock.now() <= LINGER:
                return
            self._parking, self._parted_at = True, self.nudge
        self._done.set()

    async def _park(self) -> RunWaiting | None:
        """Leaves the worker until something comes; `None` if something just did."""
        scope, now = self._scope, self._scope.clock.now()
        event = RunWaiting(now)
        self._recorder.record(event)
        await self._recorder.stored()
        ends = [self._end_of(firing) for firing in self._planner.pending.values()]
        # As of when it was decided: whatever came since found nobody waiting.
        parking = records.leaving(self.run_id, self._planner, self._parted_at, ends, now)
        if await scope.keeper.park(parking):
            return event
        self.nudge = await scope.keeper.nudge_of(self.run_id)
        return None

    async def _receive(self, nudge: int) -> None:
        """Reads what came, after the nudge that told of it, and gives it to those who wait."""
        arrivals, keeper = self.calling.arrivals, self._scope.keeper
        signals = await keeper.signals(self.run_id, arrivals.last)
        arrivals.receive(signals, self._planner.children.consumed)
        runs = [key.removeprefix("run:") for key in arrivals.waited_for("run:")]
        ended: Sequence[RunResult] = await keeper.results(runs) if runs else ()
        for result in ended:
            arrivals.give(f"run:{result.run}", result)
        if arrivals is self.calling.arrivals:  # or a new round began, and reads them again
            self.nudge = max(self.nudge, nudge)

    # -- the run as a whole -----------------------------------------------------------------

    def _abort(self) -> None:
        """Gives up steps of bodies that failed, or of a run that did."""
        for key in self._planner.aborted:
            task = self._performing.get(key)
            if task is not None:
                task.cancel()
        self._planner.aborted.clear()
        for run in self._planner.orphans:
            self._chore(self._scope.world.cancel_run(self._scope.owner, run))
        self._planner.orphans.clear()
        if self._planner.halted:
            self._done.set()

    def _chore(self, work: Any) -> None:
        """Does something beside the steps; the run's end does not wait for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._chores.add(task)
        task.add_done_callback(self._chore_ended)

    def _chore_ended(self, task: asyncio.Task[None]) -> None:
        self._chores.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("run %s: %s", self.run_id, error)  # what matters is asked for again

    def _set_timer(self) -> asyncio.TimerHandle | None:
        ceilings = self._planner.ceilings
        if ceilings.started_at is None:
            return None
        left = ceilings.seconds_left(self._scope.clock.now())
        return asyncio.get_running_loop().call_later(left, self._time_is_up)

    def _time_is_up(self) -> None:
        ceilings = self._planner.ceilings
        if not self._planner.finished and ceilings.paused is None:
            ceilings.paused = ("seconds", ceilings.limits.seconds)
        self._done.set()

    async def _stop_tasks(self) -> None:
        self._stopping = True
        for lost in await self._scope.guard.end_tasks(list(self._tasks)):
            self._tasks.pop(lost, None)
        self._activities.clear()

    async def _conclude(self) -> RunEnded | RunPaused:
        planner, ceilings, now = self._planner, self._planner.ceilings, self._scope.clock.now()
        if not self._cancelled and ceilings.paused is not None and not planner.finished:
            limit, value = ceilings.paused
            paused = RunPaused(limit, value, now, ceilings.why or None)
            change = records.standing_still(self.run_id, planner, limit, value, now)
            self._recorder.record(RunWaiting(now) if ceilings.told else paused, change)
            await self._recorder.stored()
            return paused
        ended, change = records.ended(self.run_id, planner, self._cancelled, now)
        self._recorder.record(ended, change)
        await self._recorder.stored()
        return ended

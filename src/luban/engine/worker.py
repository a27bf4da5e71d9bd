"""A worker: claims runs, runs them, hands them back when it stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from luban.engine.context import RunScope
from luban.engine.gathering import Gathering
from luban.engine.guard import Guard
from luban.engine.mail import Mail
from luban.engine.opening import Opening
from luban.engine.plan import CalledBlocks
from luban.engine.run_loop import RunLoop
from luban.engine.stand_in import open_stand_ins
from luban.engine.writer import JournalWriter
from luban.model.errors import LubanError
from luban.model.events import RunEnded, RunPaused, RunWaiting, to_row
from luban.model.run import RunStatus, Wait
from luban.ports.budgets import NO_BUDGETS, Gate
from luban.ports.bus import Bell, Bus, Live, end_of, news_of
from luban.ports.clock import Clock
from luban.ports.journal import ClaimedRun, Fenced, Journal, Parking, RunChange, RunQueue
from luban.ports.run_watch import Left, RunWatch, Unwatched
from luban.ports.world import GraphSource, World
from luban.sdk.code import BlockSource

T = TypeVar("T")
log = logging.getLogger(__name__)

_CLAIM = 64
_POLL = 1.0
_SOONEST = 0.001
_MOMENT, _LAST_ACTS = 0.02, 20
"""How often, and at what distance, a worker that stops looks whether unrepeatable steps ended."""
_PARTING = 0.4
"""Seconds that runs are given to stop when their worker does."""
_LOOK_AGAIN, _AT_MOST = 1.0, 15.0
"""Seconds after which a run that waits for a block looks whether it is there: at first, at last."""


class Worker:
    """Runs up to `slots` runs at a time, each in a task of its own.

    `start` begins to claim; `run_one` runs a single run, and those it starts, without claiming
    others, for programs that embed the engine. Either way `stop` must be awaited: it gives
    unfinished runs back. An `isolated` worker takes the runs that killed others, and no others.
    """

    def __init__(
        self,
        *,
        queue: RunQueue,
        journal: Journal,
        graphs: GraphSource,
        blocks: BlockSource,
        world: World,
        clock: Clock,
        bus: Bus,
        bell: Bell,
        slots: int = 256,
        guard: Guard | None = None,
        isolated: bool = False,
        on_isolated: Callable[[], None] = lambda: None,
        watch: RunWatch | None = None,
        gate: Gate = NO_BUDGETS,
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._journal = journal
        self._world = world
        self._clock = _StoreClock(queue, clock)
        self._bus = Gathering(bus)
        self._bell = bell
        self._slots = slots
        self._guard = guard or Guard()
        self._watch = watch or Unwatched()
        self._gate = gate
        self._isolated = isolated
        self._on_isolated = on_isolated
        self._opening = Opening(journal, graphs, blocks)
        self._called = CalledBlocks(blocks)
        self._mail = Mail(queue, self._started)
        self._running: dict[str, asyncio.Task[Left | None]] = {}
        self._loops: dict[str, RunLoop] = {}
        self._lacking: dict[str, tuple[float, float]] = {}
        """Runs that wait for a block: since when, and how long until the next look."""
        self._alone = False
        self._below: set[asyncio.Task[RunEnded | RunPaused | None]] = set()
        self._claiming: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._registered = False
        self._identity = ""
        self._next_wake: float = _POLL
        self._writer = self._new_writer()

    async def start(self) -> None:
        """Takes up what dead workers left, and begins to claim."""
        await self._register()
        await self._carefully(self._queue.reap())
        self._claiming = asyncio.create_task(self._claim_forever())

    async def run_one(self, run_id: str) -> RunEnded | RunPaused | None:
        """Claims and runs just this run, through all its waits, and the runs it starts.

        Returns how it ended or stands still; `None` if another worker has it or it is over.
        """
        self._alone = True
        await self._register()
        watch = asyncio.create_task(self._attend_forever())
        try:
            return await self._through(run_id)
        finally:
            watch.cancel()
            for task in self._below:
                task.cancel()

    async def _through(self, run_id: str) -> RunEnded | RunPaused | None:
        """Runs one run to its end, through all its waits."""
        waited = False
        while True:
            if claimed := await self._queue.claim(1, only=run_id):
                left = await self._unless_fenced(self._begin(claimed[0]))
                if not isinstance(left, RunWaiting):
                    return left
                waited = True
            elif not waited or await self._queue.results([run_id]):
                return None
            await self._bell.wait(self._next_wake)

    async def _unless_fenced(self, running: asyncio.Task[Left | None]) -> Left | None:
        try:
            return await running
        except asyncio.CancelledError:
            if running.cancelled() and not self._registered:
                return None
            raise

    @property
    def running(self) -> int:
        """How many runs this worker has."""
        return len(self._running)

    async def stop(self) -> None:
        """Stops claiming, interrupts what runs, and gives it back to the queue.

        Steps that must not happen twice are given a moment to end, so that they are not in doubt.
        """
        await _end(self._claiming)
        await self._let_acts_end()
        await self._guard.endings.end(list(self._running.values()), _PARTING)
        await self._writer.close()
        await _end(self._telling)
        await _end(self._beating)
        self._beating = None
        if self._registered:
            await self._queue.unregister()
            self._registered = False
            self._bell.ring()

    async def _let_acts_end(self) -> None:
        loops = list(self._loops.values())
        for loop in loops:
            loop.begin_no_acts()
        for _ in range(_LAST_ACTS):
            if not any(loop.is_acting for loop in loops):
                return
            await asyncio.sleep(_MOMENT)

    def plan_changed(self) -> None:
        """Block code was reloaded: runs claimed from now on use the new code."""
        self._opening.forget()
        self._called.forget()

    # -- claiming ---------------------------------------------------------------------------

    async def _register(self) -> None:
        """Makes this worker known; after it was fenced, under a new identity."""
        if not self._registered:
            self._identity = await self._queue.register()
            self._registered = True
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat_forever())

    async def _claim_forever(self) -> None:
        while True:
            claimed = await self._carefully(self._claim()) or []
            for run in claimed:
                self._begin(run)
            if claimed:
                await asyncio.sleep(0)
            else:
                await self._bell.wait(self._next_wake)

    async def _claim(self) -> list[ClaimedRun]:
        """Runs to begin, after looking at what else may have changed."""
        await self._register()
        await self._attend()
        free = self._guard.places(len(self._running), self._slots)
        if free <= 0:
            return []
        return await self._queue.claim(min(free, _CLAIM), isolated=self._isolated)

    async def _attend(self) -> None:
        """Wakes what is due, and looks after runs for which something came."""
        due = await self._queue.wake()
        self._next_wake = _POLL if due is None else min(max(due, _SOONEST), _POLL)
        for nudged in await self._queue.nudged():
            loop = self._loops.get(nudged.run)
            if loop is None or nudged.nudge <= loop.nudge:
                continue
            if nudged.cancel_requested:
                loop.cancel()
            elif nudged.pause_requested:
                loop.pause()
            loop.look_after(nudged.nudge)

    async def _beat_forever(self) -> None:
        """Shows that this worker lives, and takes up what dead ones left."""
        while True:
            await asyncio.sleep(self._queue.rhythm)
            await self._carefully(self._beat())

    async def _beat(self) -> None:
        if self._registered:
            await self._queue.renew()
        if await self._queue.reap() or await self._queue.tell_relatives():
            self._bell.ring()
        if not (self._isolated or self._alone) and await self._queue.isolated():
            self._on_isolated()

    async def _attend_forever(self) -> None:
        while True:
            await self._carefully(self._attend())
            await self._bell.wait(self._next_wake)

    async def _carefully(self, asking: Coroutine[Any, Any, T]) -> T | None:
        """What was asked of the store; nothing if it cannot say, for then it is asked again."""
        try:
            return await asking
        except Fenced as fenced:
            self._fenced(fenced)
        except LubanError as error:
            log.warning("the queue: %s", error)
        return None

    # -- one run ----------------------------------------------------------------------------

    def _begin(self, claimed: ClaimedRun) -> asyncio.Task[Left | None]:
        task = self._running[claimed.id] = asyncio.create_task(self._run(claimed))
        self._tell_readers(claimed, news_of(claimed.owner))
        task.add_done_callback(lambda _: self._ended(claimed, task))
        return task

    def _ended(self, claimed: ClaimedRun, task: asyncio.Task[Left | None]) -> None:
        if self._running.get(claimed.id) is not task:
            return  # it was fenced, and has claimed the run again under its new identity
        del self._running[claimed.id]
        loop = self._loops.pop(claimed.id, None)
        if len(self._running) == self._slots - 1:
            self._bell.ring()
        if claimed.parent is not None or (loop is not None and loop.had_runs):
            self._tell()
        self._tell_readers(claimed, end_of(claimed.id))
        self._tell_readers(claimed, news_of(claimed.owner))

    def _tell_readers(self, claimed: ClaimedRun, channel: str) -> None:
        if self._bus.watched(channel):
            self._bus.publish(channel, Live("run_changed", {"run": claimed.id}))

    def _tell(self) -> None:
        """Lets the relatives of a run know that it ended, at once; a beat would do it later."""
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_relatives())

    async def _tell_relatives(self) -> None:
        if await self._carefully(self._queue.tell_relatives()):
            self._bell.ring()

    def _started(self, run: str) -> None:
        """A step has started a run: whoever is free takes it, this worker if it works alone."""
        self._bell.ring()
        if self._alone:
            self._below.add(task := asyncio.create_task(self._carefully(self._through(run))))
            task.add_done_callback(self._below.discard)

    async def _run(self, claimed: ClaimedRun) -> Left | None:
        with suppress(Fenced), self._watch.run(claimed) as tell:
            left = await self._run_or_fail(claimed)
            tell(left)
            return left
        return None

    async def _run_or_fail(self, claimed: ClaimedRun) -> Left:
        """The edge of a run: whatever breaks inside becomes the run's own failure.

        But a store that is away for long is not: then the run is taken up again from its journal.
        """
        try:
            while True:
                try:
                    return await self._take_up(claimed)
                except LubanError as error:
                    if not error.retryable:
                        raise
                    log.warning("run %s: %s", claimed.id, error)
                if (loop := self._loops.pop(claimed.id, None)) is not None:
                    await loop.stored()
                claimed = claimed._replace(claims=max(claimed.claims, 2))  # it may have a journal
                await asyncio.sleep(_POLL)
        except Fenced:
            raise
        except LubanError as error:
            return await self._fail(claimed, error)
        except Exception as crash:
            log.exception("run %s broke", claimed.id)
            return await self._fail(claimed, LubanError(cause=f"{type(crash).__name__}: {crash}"))

    async def _take_up(self, claimed: ClaimedRun) -> Left:
        opened = await self._opening.open(claimed, self._clock.now())
        if isinstance(opened, Wait):
            return await self._await_block(claimed, opened)
        self._lacking.pop(claimed.id, None)
        scope = await self._scope(claimed)
        loop = self._loops[claimed.id] = RunLoop(scope, opened.planner, self._writer)
        loop.nudge = claimed.nudge
        if claimed.cancel_requested:
            loop.cancel()
        elif claimed.pause_requested:
            loop.pause()
        return await loop.run(opened.firings, fresh=opened.fresh)

    async def _scope(self, claimed: ClaimedRun) -> RunScope:
        options = claimed.options
        return RunScope(
            claimed.id,
            claimed.owner,
            claimed.agent_id,
            self._world,
            self._bus,
            self._clock,
            self._mail,
            self._called,
            self._guard,
            claimed.depth,
            claim=claimed.claims,
            stand_ins=await open_stand_ins(options, self._journal) if options else None,
            simulate=options is not None and options.simulate,
            gate=self._gate,
        )

    async def _await_block(self, claimed: ClaimedRun, missing: Wait) -> RunWaiting:
        """Lets a run wait for a block that is not installed, and looks again from time to time."""
        now = self._clock.now()
        since, pause = self._lacking.get(claimed.id, (now, _LOOK_AGAIN))
        self._lacking[claimed.id] = since, min(pause * 2, _AT_MOST)
        waits = [missing.model_copy(update={"since": since}).model_dump()]
        parking = Parking(claimed.id, claimed.nudge, now + pause, waits)
        while not await self._mail.park(parking):
            parking = parking._replace(nudge=await self._mail.nudge_of(claimed.id))
        return RunWaiting(now)

    async def _fail(self, claimed: ClaimedRun, error: LubanError) -> RunEnded:
        now = self._clock.now()
        loop, told = self._loops.get(claimed.id), error.as_json()
        if loop is not None and loop.hidden is not None:
            told = loop.hidden.value(told)
        ended = RunEnded(RunStatus.FAILED.value, {}, told, [], now)
        change = RunChange(claimed.id, RunStatus.FAILED, 0, now, {}, ended.error, [])
        await self._writer.wait(self._writer.put(to_row(claimed.id, ended), change))
        return ended

    # -- the writer -------------------------------------------------------------------------

    def _grew(self, runs: set[str]) -> None:
        for run in runs:
            if self._bus.watched(run):
                self._bus.journal_grew(run)

    def _new_writer(self) -> JournalWriter:
        return JournalWriter(
            self._journal,
            on_commit=self._grew,
            on_fenced=self._fenced,
            doubtful=lambda: self._queue.doubtful,
        )

    def _fenced(self, fenced: Fenced) -> None:
        """Others have this worker's runs now: everything here stops, and it begins anew."""
        if not self._registered or fenced.params["worker"] not in (self._identity, "?"):
            return  # it has given up that identity before
        log.error("%s", fenced)
        self._registered = False
        self._writer.fence(fenced)
        self._writer = self._new_writer()
        for task in self._running.values():
            task.cancel()


class _StoreClock:
    """The store's time, by which runs wake, so that workers and store agree when a wait is over."""

    def __init__(self, queue: RunQueue, clock: Clock) -> None:
        self.now = queue.now
        self.monotonic = clock.monotonic


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

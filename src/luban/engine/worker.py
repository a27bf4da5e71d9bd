"""A worker: claims runs, runs them, hands them back when it stops."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from luban.engine.context import RunScope
from luban.engine.plan import Plan, compile_plan
from luban.engine.planner import Planner
from luban.engine.run_loop import RunLoop
from luban.engine.state import Firing
from luban.engine.writer import JournalWriter
from luban.model.errors import LubanError
from luban.model.events import RunEnded, RunPaused, from_row, to_row
from luban.model.run import RunStatus
from luban.ports.bus import Bell, Bus
from luban.ports.clock import Clock
from luban.ports.journal import ClaimedRun, Fenced, Journal, RunChange, RunQueue
from luban.ports.world import GraphSource, World
from luban.sdk.code import BlockSource

T = TypeVar("T")
log = logging.getLogger(__name__)

_CLAIM = 64
_PLANS = 256
_POLL = 1.0


class Worker:
    """Runs up to `slots` runs at a time, each in a task of its own.

    `start` begins to claim; `run_one` runs a single run without claiming others, for programs
    that embed the engine. Either way `stop` must be awaited: it gives unfinished runs back.
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
    ) -> None:
        self._queue = queue
        self._journal = journal
        self._graphs = graphs
        self._blocks = blocks
        self._world = world
        self._clock = clock
        self._bus = bus
        self._bell = bell
        self._slots = slots
        self._plans: OrderedDict[tuple[str, int], Plan] = OrderedDict()
        self._running: dict[str, asyncio.Task[RunEnded | RunPaused | None]] = {}
        self._loops: dict[str, RunLoop] = {}
        self._claiming: asyncio.Task[None] | None = None
        self._beating: asyncio.Task[None] | None = None
        self._registered = False
        self._identity = ""
        self._writer = self._new_writer()

    async def start(self) -> None:
        """Takes up what dead workers left, and begins to claim."""
        await self._register()
        await self._carefully(self._queue.reap())
        self._claiming = asyncio.create_task(self._claim_forever())

    async def run_one(self, run_id: str) -> RunEnded | RunPaused | None:
        """Claims and runs just this run; `None` if another worker has it or it is over."""
        await self._register()
        claimed = await self._queue.claim(1, only=run_id)
        if not claimed:
            return None
        watch = asyncio.create_task(self._watch_cancellations())
        running = self._begin(claimed[0])
        try:
            return await running
        except asyncio.CancelledError:
            if running.cancelled() and not self._registered:  # fenced meanwhile
                return None
            raise
        finally:
            watch.cancel()

    async def stop(self) -> None:
        """Stops claiming, interrupts what runs, and gives it back to the queue."""
        await _end(self._claiming)
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._writer.close()
        await _end(self._beating)
        self._beating = None
        if self._registered:
            await self._queue.unregister()
            self._registered = False
            self._bell.ring()

    def plan_changed(self) -> None:
        """Block code was reloaded: runs claimed from now on use the new code."""
        self._plans.clear()

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
                await self._bell.wait(_POLL)

    async def _claim(self) -> list[ClaimedRun]:
        """Runs to begin, after looking at what else may have changed."""
        await self._register()
        await self._apply_cancellations()
        free = self._slots - len(self._running)
        return await self._queue.claim(min(free, _CLAIM)) if free > 0 else []

    async def _beat_forever(self) -> None:
        """Shows that this worker lives, and takes up what dead ones left."""
        while True:
            await asyncio.sleep(self._queue.rhythm)
            await self._carefully(self._beat())

    async def _beat(self) -> None:
        if self._registered:
            await self._queue.renew()
        if await self._queue.reap():
            self._bell.ring()

    async def _watch_cancellations(self) -> None:
        while True:
            await self._bell.wait(_POLL)
            await self._carefully(self._apply_cancellations())

    async def _carefully(self, asking: Coroutine[Any, Any, T]) -> T | None:
        """What was asked of the store; nothing if it cannot say, for then it is asked again."""
        try:
            return await asking
        except Fenced as fenced:
            self._fenced(fenced)
        except LubanError as error:
            log.warning("the queue: %s", error)
        return None

    async def _apply_cancellations(self) -> None:
        for run_id in await self._queue.cancelled():
            if (loop := self._loops.get(run_id)) is not None:
                loop.cancel()

    # -- one run ----------------------------------------------------------------------------

    def _begin(self, claimed: ClaimedRun) -> asyncio.Task[RunEnded | RunPaused | None]:
        task = self._running[claimed.id] = asyncio.create_task(self._run(claimed))
        task.add_done_callback(lambda _: self._ended(claimed.id))
        return task

    def _ended(self, run_id: str) -> None:
        self._running.pop(run_id, None)
        self._loops.pop(run_id, None)
        if len(self._running) == self._slots - 1:
            self._bell.ring()

    async def _run(self, claimed: ClaimedRun) -> RunEnded | RunPaused | None:
        with suppress(Fenced):
            return await self._run_or_fail(claimed)
        return None

    async def _run_or_fail(self, claimed: ClaimedRun) -> RunEnded | RunPaused:
        """The edge of a run: whatever breaks inside becomes the run's own failure."""
        try:
            plan = await self._plan(claimed)
            planner, firings, fresh = await self._state(claimed, plan)
            scope = RunScope(
                claimed.id, claimed.owner, claimed.agent_id, self._world, self._bus, self._clock
            )
            loop = self._loops[claimed.id] = RunLoop(scope, planner, self._writer)
            if claimed.cancel_requested:
                loop.cancel()
            return await loop.run(firings, fresh=fresh)
        except Fenced:
            raise
        except LubanError as error:
            return await self._fail(claimed, error)
        except Exception as crash:
            log.exception("run %s broke", claimed.id)
            return await self._fail(claimed, LubanError(cause=f"{type(crash).__name__}: {crash}"))

    async def _plan(self, claimed: ClaimedRun) -> Plan:
        key = (claimed.agent_id, claimed.version)
        plan = self._plans.get(key)
        if plan is None:
            graph = await self._graphs.load(claimed.owner, claimed.agent_id, claimed.version)
            plan = self._plans[key] = compile_plan(graph, self._blocks)
            if len(self._plans) > _PLANS:
                self._plans.popitem(last=False)
        return plan

    async def _state(self, claimed: ClaimedRun, plan: Plan) -> tuple[Planner, list[Firing], bool]:
        """The planner as the journal left it, and the steps to begin with."""
        planner = Planner(plan, claimed.inputs)
        firings = planner.start()
        if claimed.claims <= 1:
            return planner, firings, True
        after, found = 0, False
        while rows := await self._journal.read(claimed.id, after):
            for row in rows:
                planner.apply(from_row(row.kind, row.node, row.iteration, row.data))
            after, found = rows[-1].id, True
        return planner, planner.in_flight(), not found

    async def _fail(self, claimed: ClaimedRun, error: LubanError) -> RunEnded:
        now = self._clock.now()
        ended = RunEnded(RunStatus.FAILED.value, {}, error.as_json(), [], now)
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


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

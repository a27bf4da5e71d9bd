"""One simulated installation: two workers, a person, and faults, all drawn from one seed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, cast

from luban.model.events import Row
from luban.model.run import Run, RunStatus
from luban.ports.journal import Nudged, Parking, RunChange, RunResult, Signal, StorageFull
from luban.storage.memory import MemoryDatabase
from luban.storage.memory.journal import MemoryJournal
from luban.storage.memory.queue import MemoryQueue
from luban.storage.memory.tables import Tables
from tests.engine.house import House
from tests.simulation.person import Person
from tests.simulation.verdicts import look_back, misdeeds
from tests.simulation.virtual_time import VirtualClock, VirtualLoop, play
from tests.simulation.works import OUTSIDE, Shop, Work, leaf_work, work_of

_PROCESS: ContextVar[int] = ContextVar("process", default=0)
"""Which simulated process a task belongs to."""
_HORIZON = 86_400.0
"""Simulated seconds after which a run that has not ended is stuck."""


@dataclass
class Verdict:
    """What became of a seed; `problems` is empty when all went as it must."""

    seed: int
    faults: list[str] = field(default_factory=list[str])
    problems: list[str] = field(default_factory=list[str])


def simulate(seed: int) -> Verdict:
    """Plays one seed; the same seed plays the same every time."""
    random.seed(seed)  # for the jitter of retries
    OUTSIDE.begin(seed + 1)
    loop = VirtualLoop()
    simulation = _Simulation(seed, loop)
    logging.disable(logging.CRITICAL)  # workers tell of every fault
    try:
        play(simulation.run(), loop)
    finally:
        logging.disable(logging.NOTSET)
    return simulation.verdict


class _Simulation:
    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.verdict = Verdict(seed)
        self._draw = random.Random(seed)
        self._loop = loop
        self.tables = Tables()
        self._blocks = Shop()
        self.true_clock = VirtualClock(loop)
        self._tasks: dict[int, list[asyncio.Task[Any]]] = {}
        self._processes = 0
        self._full_until = 0.0
        self._houses: list[tuple[int, House]] = []
        self._isolated: set[int] = set()
        loop.set_task_factory(self._make_task)

    async def run(self) -> None:
        desk = self._new_house()
        below = await desk.add(leaf_work().graph)
        works = [work_of(self._draw, below) for _ in range(self._draw.randint(1, 3))]
        runs = [(await desk.enqueue(work.graph, work.inputs), work) for work in works]
        for isolated in (False, False, True):
            await self._start_worker(desk, isolated=isolated)
        person = Person(desk, random.Random(self._draw.random()), self._ring)
        beside = [
            asyncio.create_task(person.work()),
            asyncio.create_task(person.meddle([run.id for run, _ in runs])),
            *(asyncio.create_task(person.send(run.id, work.signals)) for run, work in runs),
            asyncio.create_task(self._break_things(desk)),
            asyncio.create_task(self._uninstall()),
        ]
        if await self._all_end():
            self._full_until = 0.0  # who judges must be able to read
            for run, work in runs:
                self._judge(await desk.get(run.id), work, person.cancelled)
            for run_id in list(self.tables.runs):
                self._blame_all(await look_back(desk, await desk.get(run_id)))
            self._blame_all(misdeeds())
        for task in beside:
            task.cancel()
        for process, _ in self._houses:
            self._kill(process)
        await asyncio.sleep(0)

    # -- processes --------------------------------------------------------------------------

    def _make_task(self, loop: Any, work: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(work, loop=loop, **options)
        self._tasks.setdefault(_PROCESS.get(), []).append(task)
        return task

    def _new_house(self, *, isolated: bool = False) -> House:
        clock, bell = VirtualClock(self._loop), _Bell()
        database = _Database(self, clock)
        return House(database, self._blocks, clock=clock, bell=bell, isolated=isolated)

    async def _start_worker(self, desk: House, *, isolated: bool = False) -> None:
        """A new process begins to take runs."""
        self._processes += 1
        process = self._processes
        house = self._new_house(isolated=isolated)
        house.share(desk)
        self._houses.append((process, house))
        if isolated:
            self._isolated.add(process)
        token = _PROCESS.set(process)
        await asyncio.create_task(house.worker.start())
        _PROCESS.reset(token)

    def _kill(self, process: int) -> None:
        """What SIGKILL does: from here on nothing of the process happens."""
        for number, house in self._houses:
            if number == process:
                _of(house).queue.vanish()
        for task in self._tasks.pop(process, []):
            task.cancel()

    # -- the world around -------------------------------------------------------------------

    async def _break_things(self, desk: House) -> None:
        """Faults at moments drawn from the seed, and a new worker for each that was lost."""
        for _ in range(self._draw.randint(0, 6)):
            await asyncio.sleep(self._draw.choice([0.05, 0.5, 5.0, 100.0]) * self._draw.random())
            process, house = self._draw.choice(self._houses)
            fault = self._draw.choice(["kill", "kill", "stop", "full", "jump"])
            self.verdict.faults.append(f"{self._loop.time():.3f} {fault} {process}")
            if fault == "kill":
                self._kill(process)
            elif fault == "stop":  # others think it is dead, but it goes on
                _of(house).queue.vanish()
            elif fault == "full":
                self._full_until = self._loop.time() + 3.0
            else:
                _of(house).clock.skew += self._draw.choice([-500.0, 500.0])
            if fault in ("kill", "stop"):
                self._houses.remove((process, house))
                await asyncio.sleep(self._draw.random() * 3)
                await self._start_worker(desk, isolated=process in self._isolated)

    async def _uninstall(self) -> None:
        """A block is gone for a while, as it is when somebody installs another version."""
        if self._draw.random() < 0.2:
            await asyncio.sleep(self._draw.choice([1.0, 600.0]) * self._draw.random())
            self._blocks.gone = self._draw.choice(["sleeper", "flaky", "asker", "boss", "three"])
            self.verdict.faults.append(f"{self._loop.time():.3f} {self._blocks.gone} is gone")
            self._plans_changed()
            await asyncio.sleep(self._draw.choice([1.0, 1000.0]) * self._draw.random())
            self._blocks.gone = ""
            self._plans_changed()

    def _plans_changed(self) -> None:
        for _, house in self._houses:
            house.worker.plan_changed()

    def _ring(self) -> None:
        for _, house in self._houses:
            house.bell.ring()

    # -- the verdict ------------------------------------------------------------------------

    async def _all_end(self) -> bool:
        """Waits for every run there is, those that others started among them."""
        while stuck := [one.run for one in self.tables.runs.values() if not one.run.ended_at]:
            if self._loop.time() > _HORIZON:
                self._blame_all(f"{run.id} is stuck: {run}" for run in stuck)
                return False
            await asyncio.sleep(30.0)
        return True

    def _judge(self, now: Run, work: Work, cancelled: set[str]) -> None:
        if now.status is RunStatus.CANCELLED and now.id in cancelled:
            return
        wanted = RunStatus.FAILED if work.fails else RunStatus.COMPLETED
        if now.status is not wanted:
            self._blame_all([f"{now.id} ended {now.status.value}: {now.error}"])
        elif now.outputs != work.outputs:
            self._blame_all([f"{now.id} gave {now.outputs} for {work.outputs}"])

    def _blame_all(self, problems: Iterable[str]) -> None:
        self.verdict.problems.extend(problems)

    def refuse(self) -> None:
        """Raises `StorageFull` while there is no room."""
        if self._loop.time() < self._full_until:
            raise StorageFull(place="simulation", cause="no room")

    @asynccontextmanager
    async def trouble(self) -> AsyncIterator[None]:
        """A commit takes its time, and finds no room now and then."""
        if self._draw.random() < 0.3:
            await asyncio.sleep(self._draw.random() * 0.05)
        self.refuse()
        yield
        if self._draw.random() < 0.3:
            await asyncio.sleep(self._draw.random() * 0.05)


def _of(house: House) -> _Database:
    return cast("_Database", house.database)


class _Database(MemoryDatabase):
    """The memory database as one process sees it."""

    def __init__(self, simulation: _Simulation, clock: VirtualClock) -> None:
        super().__init__(simulation.tables, clock=clock)
        self.clock = clock
        self.queue = _Queue(simulation, simulation.true_clock)
        self.journal = _Journal(MemoryJournal(simulation.tables, self.queue), simulation)


class _Queue(MemoryQueue):
    """A queue without room now and then; its workers look for dead ones seldom, to be quick."""

    def __init__(self, simulation: _Simulation, clock: VirtualClock) -> None:
        super().__init__(simulation.tables, clock)
        self._simulation = simulation

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        self._simulation.refuse()
        return await super().park(parkings)

    async def signals(self, run: str, after: int = 0) -> list[Signal]:
        self._simulation.refuse()
        return await super().signals(run, after)

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        self._simulation.refuse()
        return await super().results(runs)

    async def nudged(self) -> list[Nudged]:
        self._simulation.refuse()
        return await super().nudged()

    @property
    def rhythm(self) -> float:
        return 20.0


class _Journal:
    """A journal whose commits have trouble."""

    def __init__(self, journal: Any, simulation: _Simulation) -> None:
        self._journal = journal
        self._simulation = simulation

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        async with self._simulation.trouble():
            await self._journal.commit(rows, changes)

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> Any:
        self._simulation.refuse()
        return await self._journal.read(run, after, limit)


class _Bell:
    """A bell that is trusted: who waits for it looks seldom without being rung."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: float) -> None:
        patience = timeout if timeout < 1.0 else 30.0
        try:
            async with asyncio.timeout(patience):
                await self._rung.wait()
        except TimeoutError:
            pass
        self._rung.clear()

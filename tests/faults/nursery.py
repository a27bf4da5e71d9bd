"""Starts workers and kills them.

`python -m tests.faults.nursery PLACE LEDGER SEED KILLS BORN LONG`.

It imports everything once and forks each worker, so that a life costs milliseconds and most of the
moments at which one ends are moments of work. BORN is how many live at a time; the longest waits
take LONG seconds. Prints one JSON object at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from luban.model.events import Row
from luban.ports.clock import Clock
from luban.ports.journal import Journal, Recorded, RunChange
from tests.engine.kit import Blocks
from tests.faults.blocks import Traces, noting_blocks
from tests.faults.ledger import Ledger
from tests.faults.places import RestlessBell, opened, rows_at, worker_over
from tests.faults.quick import PACE, QuickClock, QuickLoop

PATIENCE = 120.0
"""Seconds in which an undisturbed worker must have ended everything."""
LEASE = 1.0
LEFT = "select 1 from runs where ended_at is null limit 1"
_BUSY = 14
ROOT = Path(__file__).resolve().parents[2]


class Deadly:
    """A journal that kills its process at a chosen commit, just before or just after it."""

    def __init__(self, journal: Journal, commit: int, after: bool) -> None:
        self._journal = journal
        self._left = commit
        self._after = after

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        self._left -= 1
        if self._left == 0 and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)
        await self._journal.commit(rows, changes)
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        # Small pages, so that a long journal is read in several.
        return await self._journal.read(run, after, min(limit, 7))


class Cradle(NamedTuple):
    """What every worker is born with."""

    place: str
    ledger: Path
    port: int
    clock: Clock | None
    traces: Traces
    blocks: Blocks


async def live(cradle: Cradle, told: int, deadly: tuple[int, bool]) -> None:
    """A worker's life: says when it works, and ends when nothing is left to do."""
    cradle.traces.port = cradle.port
    cradle.traces.ledger = Ledger(cradle.ledger, cradle.place)
    lane = await _lane(cradle)  # each has its own identity, and dies with the process
    database = await opened(cradle.place, cradle.clock, LEASE)
    worker = worker_over(
        database, Deadly(database.journal, *deadly), cradle.blocks,
        clock=cradle.clock, bell=RestlessBell(),
    )  # fmt: skip
    await worker.start()
    os.write(told, b"!")
    while await rows_at(cradle.place, LEFT):  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    await worker.stop()
    await database.close()
    await lane[0].stop()
    await lane[1].close()


async def _lane(cradle: Cradle) -> Any:
    """A worker beside, for the runs that killed others."""
    database = await opened(cradle.place, cradle.clock, LEASE)
    worker = worker_over(
        database, database.journal, cradle.blocks,
        clock=cradle.clock, bell=RestlessBell(), isolated=True,
    )  # fmt: skip
    await worker.start()
    return worker, database


class World:
    """The process of `tests.faults.outside`, as those see it that started it."""

    def __init__(self, place: str, seed: int, busy: int = 0, long: float = 0.0) -> None:
        about = [place, str(seed), str(busy), str(long)]
        words = [sys.executable, "-m", "tests.faults.outside", *about]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, cwd=ROOT, text=True)
        assert self._process.stdout is not None
        assert self._process.stdin is not None
        self._said, self._hears = self._process.stdout, self._process.stdin
        self.port = int(self._said.readline())

    def enough(self) -> None:
        """No more runs are started from here on."""
        self._hears.write("enough\n")
        self._hears.flush()
        assert self._said.readline() == "enough\n"

    def end(self) -> dict[str, Any]:
        """What it did, and what was done to it."""
        self._hears.close()
        told = json.loads(self._said.read())
        self._said.close()
        assert self._process.wait() == 0
        return told

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


class Nursery:
    """One database, and a succession of workers that die."""

    def __init__(self, cradle: Cradle, seed: int, born: int) -> None:
        self._cradle = cradle
        self._random = random.Random(seed)
        self._born = born
        self._alive: list[tuple[int, int, bool]] = []
        self.kills = 0
        self.active_after: list[float] = []

    def spend(self, kills: int) -> None:
        """Kills so many workers."""
        while self.kills < kills:
            while len(self._alive) < self._born:
                self._alive.append(self._bear())
            self._end(self._alive.pop(self._random.randrange(len(self._alive))))
            self.kills += 1

    def let_live(self) -> None:
        """The last ones end what is left."""
        self._alive.append(self._fork((0, False)))
        until = time.monotonic() + PATIENCE
        while self._alive:
            child, told, _ = self._alive.pop()
            if not self._ended(child, until):
                raise TimeoutError("runs are stuck: undisturbed workers did not end them")
            os.close(told)

    def _bear(self) -> tuple[int, int, bool]:
        own_hand = self._random.random() < 0.3
        commit = self._random.randint(1, 12) if own_hand else 0
        return self._fork((commit, self._random.random() < 0.5))

    def _end(self, life: tuple[int, int, bool]) -> None:
        """By its own hand; while it starts and recovers; or in the middle of work."""
        child, told, own_hand = life
        within = 2.0
        if not own_hand:
            if self._random.random() < 0.75:
                self._await_activity(told)
            within = self._random.uniform(0, 0.04 if self._cradle.clock else 0.12)
        if not self._ended(child, time.monotonic() + within):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        os.close(told)

    def _fork(self, deadly: tuple[int, bool]) -> tuple[int, int, bool]:
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            code = 1
            try:
                quick = self._cradle.clock is not None
                with asyncio.Runner(loop_factory=QuickLoop if quick else None) as runner:
                    runner.run(live(self._cradle, told, deadly))
                code = 0
            finally:  # never back into the code of the parent
                if code:
                    traceback.print_exc()
                os._exit(code)
        os.close(told)
        return child, heard, deadly[0] > 0

    def _await_activity(self, heard: int) -> None:
        began = time.monotonic()
        select.select([heard], [], [], PATIENCE)
        os.read(heard, 1)
        self.active_after.append(time.monotonic() - began)

    @staticmethod
    def _ended(child: int, until: float) -> bool:
        """Whether the child came to an end by then. Raises if it failed by itself."""
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                if code > 0:
                    raise RuntimeError(f"a worker failed by itself: exit code {code}")
                return True
            if time.monotonic() > until:
                return False
            time.sleep(0.0005)


def main(place: str, ledger: Path, seed: int, kills: int, born: int, long: float) -> dict[str, Any]:
    asyncio.run(_make(place))
    clock = None if "://" in place else QuickClock(time.time())  # PostgreSQL has its own
    began, world = time.monotonic(), World(place, seed, _BUSY, long)
    try:
        traces = Traces(pace=PACE if clock else 1.0)
        cradle = Cradle(place, ledger, world.port, clock, traces, noting_blocks(traces))
        nursery = Nursery(cradle, seed, born)
        nursery.spend(kills)
        killed = time.monotonic()
        world.enough()
        nursery.let_live()
        told = world.end()
    finally:
        world.kill()
    active = sorted(nursery.active_after)
    return {
        **told,
        "kills": nursery.kills,
        "seconds": time.monotonic() - began,
        "seconds_of_killing": killed - began,
        "active_median": active[len(active) // 2],
        "active_worst": active[-1],
    }


async def _make(place: str) -> None:
    database = await opened(place)
    await database.close()


if __name__ == "__main__":
    at, path, *numbers, longest = sys.argv[1:]
    seed, kills, born = map(int, numbers)
    found = main(at, Path(path), seed, kills, born, float(longest))
    sys.stdout.write(json.dumps(found))

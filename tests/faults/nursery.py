"""Starts workers and kills them: `python -m tests.faults.nursery FOLDER SEED KILLS`.

It imports everything once and forks each worker, so that a life costs milliseconds and most of the
moments at which one ends are moments of work. Prints one JSON object at the end.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luban.engine.worker import Worker
from luban.model.events import Row
from luban.model.ids import new_id
from luban.model.run import RunDraft, RunStatus
from luban.ports.clock import SystemClock
from luban.ports.journal import Journal, Recorded, RunChange
from luban.ports.stores import Agent, Slice
from luban.storage.local import LocalBell, LocalBus
from luban.storage.sqlite import SqliteDatabase, open_database
from tests.engine.house import OWNER, Database, Graphs, NoWorld
from tests.faults.graphs import cases, noting_blocks
from tests.faults.ledger import Ledger

PATIENCE = 60.0
"""Seconds in which an undisturbed worker must have ended everything."""
_ROUND = 3
"""Runs of each graph queued together."""
AGENT = "a_faults"


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


def database_in(folder: Path) -> Path:
    return folder / "luban.db"


def ledger_in(folder: Path) -> Path:
    return folder / "ledger.jsonl"


def worker_over(database: Database, journal: Journal, ledger: Ledger) -> Worker:
    """A worker that knows the graphs of the faults, whose versions are numbered from 1."""
    graphs = Graphs()
    for version, case in enumerate(cases().values(), start=1):
        graphs.by_version[version] = case.graph
    return Worker(
        queue=database.queue,
        journal=journal,
        graphs=graphs,
        blocks=noting_blocks(ledger),
        world=NoWorld(),
        clock=SystemClock(),
        bus=LocalBus(),
        bell=LocalBell(),
        slots=16,
    )


async def queue_runs(folder: Path, each: int) -> None:
    """As `store_runs`, in the database of this folder."""
    database = open_database(database_in(folder))
    await store_runs(database, each)
    await database.close()


async def store_runs(database: Database, each: int) -> None:
    """Stores the agent if there is none yet, and some runs of every graph."""
    now = time.time()
    if await database.agents.find(OWNER, AGENT) is None:
        agent = Agent(
            id=AGENT, owner=OWNER, name="faults", document={}, created_at=now, updated_at=now
        )
        await database.agents.create(agent)
    for _ in range(each):
        for version, case in enumerate(cases().values(), start=1):
            draft = RunDraft(
                id=new_id("r"), owner=OWNER, agent_id=AGENT, version=version,
                inputs=case.inputs, created_at=now,
            )  # fmt: skip
            await database.runs.create(draft)


async def live(folder: Path, told: int, deadly: tuple[int, bool]) -> None:
    """A worker's life: says when it works, and ends when nothing is left to do."""
    database = open_database(database_in(folder))
    ledger = Ledger(ledger_in(folder), database_in(folder))
    worker = worker_over(database, Deadly(database.journal, *deadly), ledger)
    await worker.start()
    os.write(told, b"!")
    # Asked again and again: the last run may have ended in the process that died before.
    while await _left(database):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await worker.stop()
    await database.close()


async def _left(database: SqliteDatabase) -> bool:
    for status in (RunStatus.QUEUED, RunStatus.RUNNING):
        if (await database.runs.list(OWNER, Slice(1, 1), status=status)).items:
            return True
    return False


class Nursery:
    """One database, and a succession of workers that die."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        self.kills = 0
        self.active_after: list[float] = []

    def spend(self, kills: int) -> None:
        """Queues and kills until so many have died; the last worker ends what is left."""
        while self.kills < kills:
            asyncio.run(queue_runs(self._folder, _ROUND))
            while self.kills < kills and not self._life():
                self.kills += 1
        self._last_life()

    def _life(self) -> bool:
        """One worker with a death that was decided beforehand; whether it got away."""
        manner = self._random.random()
        commit = self._random.randint(1, 12) if manner < 0.3 else 0
        child, told = self._fork((commit, self._random.random() < 0.5))
        if manner < 0.45:  # while it starts and recovers, or by its own hand
            moment = self._random.uniform(0, 0.03) if manner >= 0.3 else PATIENCE
        else:
            self._await_activity(told)
            moment = self._random.uniform(0, 0.04)
        ended = self._reaped(child, moment)
        os.close(told)
        return ended

    def _last_life(self) -> None:
        child, told = self._fork((0, False))
        self._await_activity(told)
        os.close(told)
        if not self._reaped(child, PATIENCE):
            raise TimeoutError("runs are stuck: an undisturbed worker did not end them")

    def _fork(self, deadly: tuple[int, bool]) -> tuple[int, int]:
        heard, told = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(heard)
            code = 1
            try:
                asyncio.run(live(self._folder, told, deadly))
                code = 0
            finally:  # never back into the code of the parent
                if code:
                    traceback.print_exc()
                os._exit(code)
        os.close(told)
        return child, heard

    def _await_activity(self, heard: int) -> None:
        began = time.monotonic()
        select.select([heard], [], [], PATIENCE)
        os.read(heard, 1)
        self.active_after.append(time.monotonic() - began)

    def _reaped(self, child: int, within: float) -> bool:
        """Waits for the child to end by itself, then kills it; whether it ended in peace."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return self._peaceful(status)
            time.sleep(0.0005)
        os.kill(child, signal.SIGKILL)
        return self._peaceful(os.waitpid(child, 0)[1])

    @staticmethod
    def _peaceful(status: int) -> bool:
        code = os.waitstatus_to_exitcode(status)
        if code > 0:
            raise RuntimeError(f"a worker failed by itself: exit code {code}")
        return code == 0


def main(folder: Path, seed: int, kills: int) -> dict[str, Any]:
    nursery = Nursery(folder, seed)
    nursery.spend(kills)
    active = sorted(nursery.active_after)
    return {
        "kills": nursery.kills,
        "active_median": active[len(active) // 2],
        "active_worst": active[-1],
    }


if __name__ == "__main__":
    found = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(found))

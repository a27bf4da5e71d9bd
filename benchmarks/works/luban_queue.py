"""One user with very many queued runs, and what that costs another user.

`python -m benchmarks.works.luban_queue FOLDER [ADDRESS]` plays one order: `runs` is how many are
queued first, `others` how many runs of the other user are timed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from statistics import median

import uvloop

from benchmarks.works.answering import answer
from benchmarks.works.luban_blocks import chain
from benchmarks.works.luban_engine import Database, Engine, ask, database_at
from luban.model.run import ENDED, Run
from luban.server.heap import settle_heap
from luban.storage.local import LocalBell

BUSY, OTHER = "busy", "other"
AGENTS = {BUSY: "a_busy", OTHER: "a_other"}
WARM = 300
"""Runs of the first user that are done before the other one comes."""


class Bench:
    """The engine over one database, and two users."""

    def __init__(self, engine: Engine, address: str | None) -> None:
        self._engine = engine
        self._address = address
        self._versions: dict[str, int] = {}

    async def play(self, runs: int, others: int) -> dict[str, float]:
        """Claims before the other user's run, milliseconds of a claim, seconds of waiting."""
        for owner, agent in AGENTS.items():
            await self._engine.add_agent(agent, owner)
            graph = chain(3, "strict")
            self._versions[owner] = await self._engine.add_version(graph, agent, owner)
        began = time.perf_counter()
        await self._queue_many(runs)
        queueing = (time.perf_counter() - began) / runs
        before, claim, batch = await self._claims()
        alone = await self._waits(others)
        return {
            "steps": 1, "cpu": 0, "wall": 0, "queueing": queueing, "before": before,
            "claim": claim, "batch": batch, "median": median(alone), "worst": max(alone),
        }  # fmt: skip

    async def _queue(self, owner: str, runs: int) -> list[Run]:
        return await self._engine.queue(self._versions[owner], runs, AGENTS[owner], owner)

    async def _queue_many(self, runs: int) -> None:
        """Through the front door on a file; copies of one run on a server, which is slower."""
        if self._address is None:
            await self._queue(BUSY, runs)
            return
        (first,) = await self._queue(BUSY, 1)
        columns = await ask(
            self._address,
            "select column_name from information_schema.columns"
            " where table_name = 'runs' and is_identity = 'NO' and table_schema = 'public'",
        )
        names = [str(row[0]) for row in columns if row[0] != "seq"]
        own = {"id": "id || '_' || n", "vt": "vt + n"}
        values = ", ".join(own.get(name, name) for name in names)
        copies = f"from runs, generate_series(1, {runs - 1}) n where id = $1"
        copy = f"insert into runs ({', '.join(names)}) select {values} {copies}"
        await ask(self._address, copy, first.id)
        await ask(self._address, "update shares set last_vt = last_vt + $1", runs)
        await ask(self._address, "analyze runs")

    async def _claims(self) -> tuple[int, float, float]:
        """How many runs are claimed before the other's, and what a claim of 1 and of 64 takes."""
        (other,) = await self._queue(OTHER, 1)
        queue = self._engine.database.queue
        await queue.register()
        before, took = 0, list[float]()
        while True:
            began = time.perf_counter()
            (claimed,) = await queue.claim(1)
            took.append(time.perf_counter() - began)
            if claimed.id == other.id:
                break
            before += 1
        batches: list[float] = []
        for _ in range(5):
            began = time.perf_counter()
            await queue.claim(64)
            batches.append(time.perf_counter() - began)
        await queue.unregister()
        return before, median(took), median(batches)

    async def _waits(self, others: int) -> list[float]:
        """Seconds from the storing of a run of the other user to its end, one at a time."""
        self._engine.journal.expect(WARM)
        await self._engine.worker.start()
        await self._engine.journal.ended()
        found: list[float] = []
        for _ in range(others):
            began = time.perf_counter()
            (run,) = await self._queue(OTHER, 1)
            self._engine.bell.ring()
            while not await self._has_ended(run):  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            found.append(time.perf_counter() - began)
        return found

    async def _has_ended(self, run: Run) -> bool:
        found = await self._engine.database.runs.find(run.owner, run.id)
        return found is not None and found.status in ENDED


async def main(folder: Path, address: str | None) -> None:
    """Plays what standard input asks for, until it ends."""
    database: Database = await database_at(address or str(folder / "luban.db"))
    engine = Engine(database, bell=LocalBell())
    settle_heap()  # as every server process does
    await answer(Bench(engine, address).play)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *(sys.argv[2:] or [None])))

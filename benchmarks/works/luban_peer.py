"""Our side beside the peers: chains, sums and no-ops, on SQLite or PostgreSQL.

`python -m benchmarks.works.luban_peer FOLDER [ADDRESS]`. All steps count as having effects, so
each begins only when everything before it is stored. Storing the runs is part of the work.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from benchmarks.works.answering import answer
from benchmarks.works.luban_blocks import chain, fibos
from benchmarks.works.luban_engine import Engine, database_at, size_of
from luban.model.run import Run
from luban.server.heap import settle_heap

SUM: dict[str, Callable[[int], int]] = {
    "chain": lambda size: size - 1,
    "noop": lambda size: size - 1,
    "fibo": lambda size: size,
}
"""What the runs of each work give."""


class Bench:
    """The engine over one database, which grows."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine = engine
        self._where = where
        self._versions: dict[tuple[str, int, int], int] = {}

    async def play(
        self, work: str, size: int, runs: int = 1, times: int = 1, n: int = 0, warm: bool = True
    ) -> dict[str, float]:
        """So many runs at once, so many times; a run of the same graph goes before if `warm`.

        A no-op run is a graph of one step and its output, and counts as one step.
        """
        version = await self._version(work, size, n)
        if warm:
            await self._perform(version, 1)
        before, last = await size_of(self._where), list[Run]()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(times):
            last = await self._perform(version, runs)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        await self._engine.check(last, SUM[work](size))
        steps = runs * times * (1 if work == "noop" else size)
        grown = await size_of(self._where) - before
        return {"steps": steps, "cpu": cpu, "wall": wall, "bytes": grown / steps}

    async def _perform(self, version: int, runs: int) -> list[Run]:
        self._engine.journal.expect(runs)
        queued = await self._engine.queue(version, runs, ring=True)
        await self._engine.journal.ended()
        return queued

    async def _version(self, work: str, size: int, n: int) -> int:
        key = (work, size, n)
        if key not in self._versions:
            graph = fibos(size, n) if work == "fibo" else chain(size, "strict")
            self._versions[key] = await self._engine.add_version(graph)
        return self._versions[key]


async def main(folder: Path, address: str | None) -> None:
    where = address or str(folder / "luban.db")
    engine = Engine(await database_at(where))
    await engine.add_agent()
    await engine.worker.start()
    settle_heap()  # as every server process does
    await answer(Bench(engine, where).play)
    await engine.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *(sys.argv[2:] or [None])))

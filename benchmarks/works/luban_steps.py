"""Trivial steps on our engine: a chain, a fan-out, many runs; strict or pure, on a real file.

Strict steps count as having effects, so each begins only when everything before it is stored; pure
ones may go ahead of the journal. Every step is validated by pydantic on its way in.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import uvloop

from benchmarks.works.luban_blocks import chain, fan
from benchmarks.works.luban_engine import Engine, size_of
from luban.model.ids import new_id
from luban.model.run import Run
from luban.server.heap import settle_heap
from luban.storage.sqlite import open_database


class Bench:
    """The engine over a database file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = Engine(open_database(path))
        self._agent = new_id("a")
        self._versions: dict[tuple[str, str, int], int] = {}

    async def open(self) -> None:
        await self.engine.add_agent(self._agent)
        await self.engine.worker.start()

    async def play(
        self, work: str, mode: str, size: int, runs: int, times: int
    ) -> dict[str, float]:
        """Queues the runs, then measures from the first claim to the last end; so many `times`.

        A run of the same graph goes before, so that its plan is there as it is in a server.
        """
        version = await self._version(work, mode, size)
        await self._queue(version, 1)
        await self.engine.perform(1)
        before, queueing, cpu, wall = await size_of(str(self.path)), 0.0, 0.0, 0.0
        queued: list[Run] = []
        for _ in range(times):
            began = time.process_time()
            queued += await self._queue(version, runs)
            queueing += time.process_time() - began
            began, started = time.process_time(), time.perf_counter()
            await self.engine.perform(runs)
            cpu += time.process_time() - began
            wall += time.perf_counter() - started
        await self.engine.check(queued, size - 1 if work == "chain" else 2 * size)
        steps = len(queued) * (size if work == "chain" else size + 2)
        return {
            "steps": steps,
            "cpu": cpu,
            "wall": wall,
            "queueing": queueing / len(queued),
            "bytes": (await size_of(str(self.path)) - before) / steps,
        }

    async def _version(self, work: str, mode: str, size: int) -> int:
        key = (work, mode, size)
        if key not in self._versions:
            graph = chain(size, mode) if work == "chain" else fan(size, mode)
            self._versions[key] = await self.engine.add_version(graph, self._agent)
        return self._versions[key]

    async def _queue(self, version: int, runs: int) -> list[Run]:
        return await self.engine.queue(version, runs, self._agent)


async def main(folder: Path) -> None:
    """Plays what standard input asks for, until it ends."""
    bench = Bench(folder / "luban.db")
    await bench.open()
    settle_heap()  # as every server process does
    for line in sys.stdin:
        print(json.dumps(await bench.play(**json.loads(line))), flush=True)
    await bench.engine.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

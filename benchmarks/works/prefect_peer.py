"""Chains, sums and no-ops on Prefect; runs in its environment: FOLDER [ADDRESS].

Its server, which keeps the states in SQLite, is told by PREFECT_API_URL; results of tasks are
stored as files, as they must be for a run to be taken up again. `cpu` is this process alone.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from prefect import flow, task  # pyright: ignore[reportMissingImports]

from benchmarks.works.answering import answer
from benchmarks.works.fibo import fibo

AT_ONCE = 1
"""More flows at once wait for each other's writes: 16 of them took two seconds each."""


@task(persist_result=True)
async def add(x: int) -> int:
    return x + 1


@task(persist_result=True)
def fibo_of(x: int, n: int) -> int:
    fibo(n)
    return x + 1


@flow
async def chain(size: int, n: int) -> int:
    x = 0
    for _ in range(size):
        x = await add(x)
    return x


@flow
def fibos(size: int, n: int) -> int:
    x = 0
    for _ in range(size):
        x = fibo_of(x, n)
    return x


@flow
async def noop(size: int, n: int) -> int:
    return size


WORKS: dict[str, Any] = {"chain": chain, "fibo": fibos, "noop": noop}


class Bench:
    """Flows over one server, whose files are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def play(
        self, work: str, size: int, runs: int = 1, times: int = 1, n: int = 0, warm: bool = True
    ) -> dict[str, float]:
        if warm:
            await self._run(work, size, n)
        before, ended = self._size(), list[int]()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(times):
            for first in range(0, runs, AT_ONCE):
                several = range(min(AT_ONCE, runs - first))
                ended += await asyncio.gather(*[self._run(work, size, n) for _ in several])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert ended == [size] * (runs * times), ended[0]
        steps = len(ended) * (1 if work == "noop" else size)
        grown = self._size() - before
        return {"steps": steps, "cpu": cpu, "wall": wall, "bytes": grown / steps}

    async def _run(self, work: str, size: int, n: int) -> int:
        if work == "fibo":
            return await asyncio.to_thread(fibos, size, n)
        return await WORKS[work](size, n)

    def _size(self) -> int:
        with sqlite3.connect(self._folder / "prefect.db") as line:
            line.execute("pragma wal_checkpoint(truncate)")
        files = [each for each in self._folder.rglob("*") if each.is_file()]
        return sum(each.stat().st_size for each in files)


async def main(folder: Path) -> None:
    """Plays what standard input asks for, until it ends."""
    await answer(Bench(folder).play)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

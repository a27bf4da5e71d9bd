"""Chains, sums and no-ops on DBOS; runs in its environment: FOLDER [ADDRESS].

Its SQLite file is put into WAL mode first, which DBOS leaves to its user: without, each step takes
some 16 ms.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbos import DBOS  # pyright: ignore[reportMissingImports]

from benchmarks.works.answering import answer, bytes_of
from benchmarks.works.fibo import fibo

AT_ONCE = 64


@DBOS.step()
async def add(x: int) -> int:
    return x + 1


@DBOS.step()
def fibo_of(x: int, n: int) -> int:
    fibo(n)
    return x + 1


@DBOS.workflow()
async def chain(size: int, n: int) -> int:
    x = 0
    for _ in range(size):
        x = await add(x)
    return x


@DBOS.workflow()
async def fibos(size: int, n: int) -> int:
    x = 0
    for _ in range(size):
        x = await asyncio.to_thread(fibo_of, x, n)
    return x


@DBOS.workflow()
async def noop(size: int, n: int) -> int:
    return size


WORKS: dict[str, Any] = {"chain": chain, "fibo": fibos, "noop": noop}


class Bench:
    """Workflows over one database."""

    def __init__(self, size: Callable[[], int]) -> None:
        self._size = size

    async def play(
        self, work: str, size: int, runs: int = 1, times: int = 1, n: int = 0, warm: bool = True
    ) -> dict[str, float]:
        if warm:
            await WORKS[work](size, n)
        before, ended = self._size(), list[int]()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(times):
            for first in range(0, runs, AT_ONCE):
                ended += await self._several(work, size, n, min(AT_ONCE, runs - first))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert ended == [size] * (runs * times), ended[0]
        steps = len(ended) * (1 if work == "noop" else size)
        grown = self._size() - before
        return {"steps": steps, "cpu": cpu, "wall": wall, "bytes": grown / steps}

    async def _several(self, work: str, size: int, n: int, count: int) -> list[int]:
        if count == 1:
            return [await WORKS[work](size, n)]
        handles = [await DBOS.start_workflow_async(WORKS[work], size, n) for _ in range(count)]
        return await asyncio.gather(*[each.get_result() for each in handles])


def in_file(folder: Path) -> tuple[str, Callable[[], int]]:
    path = folder / "dbos.sqlite"
    line = sqlite3.connect(path)
    line.execute("pragma journal_mode = wal")
    line.close()

    def size() -> int:
        with sqlite3.connect(path) as line:
            line.execute("pragma wal_checkpoint(truncate)")
        return bytes_of(path)

    return f"sqlite:///{path}", size


def on_server(address: str) -> tuple[str, Callable[[], int]]:
    from psycopg import connect  # pyright: ignore[reportMissingImports]

    def size() -> int:
        with connect(address) as line:
            return line.execute("select pg_database_size(current_database())").fetchone()[0]

    return address, size


async def main(folder: Path, address: str | None) -> None:
    """Plays what standard input asks for, until it ends."""
    url, size = in_file(folder) if address is None else on_server(address)
    DBOS(
        config={
            "name": "bench",
            "system_database_url": url,
            "log_level": "ERROR",
            "executor_id": "e1",
            "application_version": "v1",
        }
    )
    DBOS.launch()
    await answer(Bench(size).play)
    DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *(sys.argv[2:] or [None])))

"""Chains, sums and no-ops on LangGraph; runs in its environment: FOLDER [ADDRESS].

Its durability is `sync`: a step's result is stored before the next begins.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop
from langgraph.graph import END, START, StateGraph  # pyright: ignore[reportMissingImports]
from pydantic import BaseModel

from benchmarks.works.answering import answer, bytes_of
from benchmarks.works.fibo import fibo

AT_ONCE = 64


class Line(BaseModel):
    """What travels along a chain; validated on its way into every step, as ours is."""

    x: int
    n: int = 0


async def add(state: Line) -> dict[str, Any]:
    return {"x": state.x + 1}


def fibo_of(state: Line) -> dict[str, Any]:
    fibo(state.n)
    return {"x": state.x + 1}


class Bench:
    """Compiled graphs over one checkpointer."""

    def __init__(self, saver: Any, size: Any) -> None:
        self._saver = saver
        self._size = size
        self._compiled: dict[tuple[str, int], Any] = {}
        self._threads = 0

    async def play(
        self, work: str, size: int, runs: int = 1, times: int = 1, n: int = 0, warm: bool = True
    ) -> dict[str, float]:
        length = 1 if work == "noop" else size
        app = self._graph(work, length)
        if warm:
            await self._run(app, length, n)
        before, ended = await self._size(), list[Any]()
        cpu, wall = time.process_time(), time.perf_counter()
        for _ in range(times):
            for first in range(0, runs, AT_ONCE):
                several = range(min(AT_ONCE, runs - first))
                ended += await asyncio.gather(*[self._run(app, length, n) for _ in several])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert all(state["x"] == length for state in ended), ended[0]
        steps = len(ended) * length
        grown = await self._size() - before
        return {"steps": steps, "cpu": cpu, "wall": wall, "bytes": grown / steps}

    def _graph(self, work: str, length: int) -> Any:
        if (work, length) not in self._compiled:
            graph = StateGraph(Line)
            names = [f"n{i}" for i in range(length)]
            for name in names:
                graph.add_node(name, fibo_of if work == "fibo" else add)
            for before, after in zip([START, *names], [*names, END], strict=True):
                graph.add_edge(before, after)
            self._compiled[work, length] = graph.compile(checkpointer=self._saver)
        return self._compiled[work, length]

    async def _run(self, app: Any, length: int, n: int) -> Any:
        self._threads += 1
        thread = {"configurable": {"thread_id": str(self._threads)}, "recursion_limit": length + 10}
        return await app.ainvoke({"x": 0, "n": n}, thread, durability="sync")


@asynccontextmanager
async def on_sqlite(folder: Path) -> AsyncIterator[Bench]:
    from langgraph.checkpoint.sqlite.aio import (  # pyright: ignore[reportMissingImports]
        AsyncSqliteSaver,
    )

    path = folder / "langgraph.db"
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        await saver.setup()

        async def size() -> int:
            await (await saver.conn.execute("pragma wal_checkpoint(truncate)")).fetchall()
            return bytes_of(path)

        yield Bench(saver, size)


@asynccontextmanager
async def on_postgres(address: str) -> AsyncIterator[Bench]:
    from langgraph.checkpoint.postgres.aio import (  # pyright: ignore[reportMissingImports]
        AsyncPostgresSaver,
    )
    from psycopg import AsyncConnection  # pyright: ignore[reportMissingImports]

    async with AsyncPostgresSaver.from_conn_string(address) as saver:
        await saver.setup()

        async def size() -> int:
            async with await AsyncConnection.connect(address) as line:
                asked = await line.execute("select pg_database_size(current_database())")
                return (await asked.fetchone())[0]

        yield Bench(saver, size)


async def main(folder: Path, address: str | None) -> None:
    """Plays what standard input asks for, until it ends."""
    opened = on_sqlite(folder) if address is None else on_postgres(address)
    async with opened as bench:
        await answer(bench.play)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1]), *(sys.argv[2:] or [None])))

"""The same trivial steps on LangGraph with its SQLite checkpointer; runs in the peer's environment.

Strict is its durability `sync`: a step's result is stored before the next begins. Pure is `async`,
its own default. Its state is a pydantic model, so each node's input is validated, as ours is.
"""

from __future__ import annotations

import asyncio
import gc
import json
import operator
import os
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import uvloop
from langgraph.checkpoint.sqlite.aio import (  # pyright: ignore[reportMissingImports]
    AsyncSqliteSaver,
)
from langgraph.graph import END, START, StateGraph  # pyright: ignore[reportMissingImports]
from pydantic import BaseModel

DURABILITY = {"strict": "sync", "pure": "async"}


class Line(BaseModel):
    """What travels along a chain."""

    x: int


class Spread(BaseModel):
    """What a fan-out brings together."""

    x: int
    xs: Annotated[list[int], operator.add] = []


async def add(state: Line) -> dict[str, Any]:
    return {"x": state.x + 1}


async def add_beside(state: Spread) -> dict[str, Any]:
    return {"xs": [state.x + 1]}


async def total(state: Spread) -> dict[str, Any]:
    return {"x": sum(state.xs)}


def chain(length: int) -> Any:
    """`length` nodes, one after another."""
    graph = StateGraph(Line)
    names = [f"n{i}" for i in range(length)]
    for name in names:
        graph.add_node(name, add)
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    return graph


def fan(width: int) -> Any:
    """One node, `width` nodes after it, and one that takes the results of all."""
    graph = StateGraph(Spread)
    graph.add_node("first", add)
    graph.add_node("result", total)
    graph.add_edge(START, "first")
    names = [f"n{i}" for i in range(width)]
    for name in names:
        graph.add_node(name, add_beside)
        graph.add_edge("first", name)
    graph.add_edge(names, "result")
    graph.add_edge("result", END)
    return graph


class Bench:
    """Compiled graphs over one checkpointer."""

    def __init__(self, path: Path, saver: Any) -> None:
        self._path = path
        self._saver = saver
        self._compiled: dict[tuple[str, int], Any] = {}
        self._threads = 0

    async def play(
        self, work: str, mode: str, size: int, runs: int, times: int
    ) -> dict[str, float]:
        """The runs all at once, as ours, so many `times`; a run of the same graph goes before."""
        if (work, size) not in self._compiled:
            graph = chain(size) if work == "chain" else fan(size)
            self._compiled[work, size] = graph.compile(checkpointer=self._saver)
        app = self._compiled[work, size]
        await self._run(app, mode, size)
        before = await self._bytes()
        ended: list[Any] = []
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            ended += await asyncio.gather(*[self._run(app, mode, size) for _ in range(runs)])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        expected = size if work == "chain" else 2 * size
        assert all(state["x"] == expected for state in ended), ended[0]
        steps = len(ended) * (size if work == "chain" else size + 2)
        grown = await self._bytes() - before
        return {"steps": steps, "cpu": cpu, "wall": wall, "bytes": grown / steps}

    async def _run(self, app: Any, mode: str, size: int) -> Any:
        self._threads += 1
        config = {"configurable": {"thread_id": str(self._threads)}, "recursion_limit": size + 10}
        return await app.ainvoke({"x": 0}, config, durability=DURABILITY[mode])

    async def _bytes(self) -> int:
        """The size of the database once its log is copied into it."""
        await (await self._saver.conn.execute("pragma wal_checkpoint(truncate)")).fetchall()
        return os.stat(self._path).st_size  # noqa: PTH116


async def main(folder: Path) -> None:
    """Plays what standard input asks for, until it ends."""
    path = folder / "langgraph.db"
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        await saver.setup()
        bench = Bench(path, saver)
        for line in sys.stdin:
            gc.collect()
            print(json.dumps(await bench.play(**json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

"""Runs that wait, and what they weigh: in memory with their worker, or parked in the database.

`python -m benchmarks.works.luban_waits FOLDER` plays orders; `kind` is `held` (a step awaits an
answer from outside), `short` (`ctx.sleep`, short enough to stay in memory), `long` (`ctx.sleep`)
or `ask` (`ctx.ask`), which are parked, or `opened`, which only opens what earlier ones left.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.works.answering import answer
from benchmarks.works.luban_blocks import Blocks, graph_of
from benchmarks.works.luban_engine import OWNER, Engine, database_at
from luban.model.graph import Graph
from luban.model.run import RunStatus
from luban.ports.stores import Slice
from luban.sdk import Context, Effect, block
from luban.server.heap import settle_heap
from luban.storage.local import LocalBell

PARKED = ("long", "ask")
SHORT, LONG = 28.0, 86_400.0
PATIENCE = 25.0


class Waiting:
    """How many steps have begun to wait."""

    def __init__(self) -> None:
        self.count = 0

    def blocks(self) -> Blocks:
        @block(id="bench.wait_held", effect=Effect.IDEMPOTENT)
        async def held(x: int, ctx: Context) -> int:
            self.count += 1
            await asyncio.get_running_loop().create_future()
            return x

        @block(id="bench.wait_short", effect=Effect.IDEMPOTENT)
        async def short(x: int, ctx: Context) -> int:
            self.count += 1
            await ctx.sleep(SHORT)
            return x

        @block(id="bench.wait_long", effect=Effect.IDEMPOTENT)
        async def long(x: int, ctx: Context) -> int:
            await ctx.sleep(LONG)
            return x

        @block(id="bench.wait_ask", effect=Effect.IDEMPOTENT)
        async def ask(x: int, ctx: Context) -> int:
            await ctx.ask("Go on?", choices=["yes", "no"])
            return x

        return Blocks(held, short, long, ask)


def graph(kind: str) -> Graph:
    """A trivial step, one that waits, and the output."""
    nodes: dict[str, Any] = {
        "first": {"block": "bench.add_strict", "with": {"x": 0}},
        "waits": {"block": f"bench.wait_{kind}"},
        "result": {"block": "bench.result"},
    }
    return graph_of(nodes, ["first.result -> waits.x", "waits.result -> result.x"])


class Bench:
    """The engine over one database file."""

    def __init__(self, engine: Engine, waiting: Waiting) -> None:
        self._engine = engine
        self._waiting = waiting

    async def play(self, kind: str, runs: int) -> dict[str, float]:
        """Bytes that so many runs weigh; `steps` is the number of runs."""
        if kind == "opened":
            await asyncio.sleep(0.5)
            return {"steps": 1, "cpu": 0, "wall": 0, "resident": resident()}
        version = await self._engine.add_version(graph(kind))
        # What runs leave behind once they are parked is no more after the second time.
        earlier = runs if kind in PARKED else min(runs, 100)
        await self._wait(kind, version, earlier, 0)
        before = resident()
        cpu, wall = time.process_time(), time.perf_counter()
        await self._wait(kind, version, runs, earlier)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        weight = (resident() - before) / runs
        return {"steps": runs, "cpu": cpu, "wall": wall, "resident": weight}

    async def _wait(self, kind: str, version: int, runs: int, earlier: int) -> None:
        """Queues runs and returns once all of them wait."""
        await self._engine.queue(version, runs)
        self._engine.bell.ring()
        async with asyncio.timeout(PATIENCE if kind == "short" else None):
            while await self._now(kind) < earlier + runs:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _now(self, kind: str) -> int:
        if kind not in PARKED:
            return self._waiting.count
        status = RunStatus.WAITING
        return (await self._engine.database.runs.list(OWNER, Slice(1, 1), status=status)).total


def resident() -> int:
    """Bytes this process holds, after everything that is not needed was given back."""
    gc.collect()
    with suppress(OSError, AttributeError):  # where the C library is another one
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def main(folder: Path) -> None:
    """Plays what standard input asks for, until it ends."""
    waiting = Waiting()
    database = await database_at(str(folder / "luban.db"))
    engine = Engine(database, slots=1_000_000, bell=LocalBell(), blocks=waiting.blocks())
    await engine.add_agent()
    await engine.worker.start()
    settle_heap()  # as every server process does
    await answer(Bench(engine, waiting).play)
    os._exit(0)  # nobody needs to wait for what it holds


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

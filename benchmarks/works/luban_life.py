"""One life of a worker whose steps are noted outside of the database.

`python -m benchmarks.works.luban_life DATABASE NOTES LEASE SLOTS MODE` says `opens` once Python is
ready and `works` when it began, and ends when its input does. In the mode `hold`, the last step of
a run waits forever; in `go`, it does not. Every step appends a line `process key name time` to the
file NOTES as it begins.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.works.luban_blocks import Blocks, graph_of
from benchmarks.works.luban_engine import Engine, database_at
from luban.model.graph import Graph
from luban.sdk import Context, Effect, block
from luban.storage.local import LocalBell

LENGTH = 6
"""Steps of a run: five that end at once, and one that may be held."""


class Notes:
    """A file that every process appends to; what was written survives the writer's death."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, name: str, ctx: Context) -> None:
        line = f"{os.getpid()} {ctx.idempotency_key} {name} {time.time():.6f}\n"
        os.write(self._file, line.encode())


def blocks(notes: Notes, held: bool) -> Blocks:
    @block(id="bench.noted", effect=Effect.IDEMPOTENT)
    async def noted(x: int, ctx: Context) -> int:
        notes.note("step", ctx)
        return x + 1

    @block(id="bench.held", effect=Effect.IDEMPOTENT)
    async def hold(x: int, ctx: Context) -> int:
        notes.note("held", ctx)
        if held:
            await asyncio.Event().wait()
        return x + 1

    return Blocks(noted, hold)


def graph() -> Graph:
    """A chain whose last step but its output is the one that may be held."""
    nodes: dict[str, Any] = {f"n{i}": {"block": "bench.noted"} for i in range(LENGTH - 1)}
    nodes["n0"]["with"] = {"x": 0}
    nodes["held"] = {"block": "bench.held"}
    nodes["result"] = {"block": "bench.result"}
    names = list(nodes)
    return graph_of(nodes, [f"{a}.result -> {b}.x" for a, b in pairwise(names)])


async def main(where: str, notes: Path, lease: float, slots: int, mode: str) -> None:
    print("opens", flush=True)
    database = await database_at(where, lease)
    held = mode == "hold"
    engine = Engine(database, slots=slots, bell=LocalBell(), blocks=blocks(Notes(notes), held))
    await engine.add_agent()
    await engine.add_version(graph())
    await engine.worker.start()
    print("works", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await engine.close()


if __name__ == "__main__":
    uvloop.run(
        main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    )

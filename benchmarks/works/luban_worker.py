"""A worker process on PostgreSQL, kept to some cores if told so.

`python -m benchmarks.works.luban_worker ADDRESS SLOTS [CORES]` says `ready`, begins when it is told
anything, and when it is told again prints the seconds of processor time since, and ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from itertools import pairwise
from typing import Any

import uvloop

from benchmarks.works.luban_blocks import Blocks, chain, graph_of
from benchmarks.works.luban_engine import Engine, database_at
from luban.model.graph import Graph
from luban.sdk import Effect, block
from luban.server.heap import settle_heap
from luban.storage.local import LocalBell

LENGTH = 10
CALL = 0.02
"""Seconds that a step of `calls` waits, as for an answer from elsewhere."""


@block(id="bench.call", effect=Effect.IDEMPOTENT)
async def call(x: int) -> int:
    await asyncio.sleep(CALL)
    return x + 1


def calls(length: int) -> Graph:
    """A chain of steps that wait for others."""
    names = [f"n{i}" for i in range(length - 1)]
    nodes: dict[str, Any] = {name: {"block": "bench.call"} for name in names}
    nodes["n0"]["with"] = {"x": 0}
    nodes["result"] = {"block": "bench.result"}
    return graph_of(nodes, [f"{a}.result -> {b}.x" for a, b in pairwise(nodes)])


async def agents(engine: Engine) -> dict[str, int]:
    """An agent of one version for each work, by its name; every process has the same."""
    found: dict[str, int] = {}
    for name, graph in (("trivial", chain(LENGTH, "strict")), ("calls", calls(LENGTH))):
        await engine.add_agent(name)
        found[name] = await engine.add_version(graph, name)
    return found


async def main(address: str, slots: int, cores: str) -> None:
    if cores:
        os.sched_setaffinity(0, {int(core) for core in cores.split(",")})
    engine = Engine(await database_at(address), slots=slots, bell=LocalBell(), blocks=Blocks(call))
    await agents(engine)
    settle_heap()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.process_time()
    await engine.worker.start()
    await asyncio.to_thread(sys.stdin.readline)
    print(time.process_time() - began, flush=True)
    await engine.close()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), "".join(sys.argv[3:])))

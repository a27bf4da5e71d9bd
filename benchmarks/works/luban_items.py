"""Many items through *for each* and through a body, beside a chain of as many trivial steps."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.works.luban_blocks import Blocks, chain, graph_of
from benchmarks.works.luban_engine import AGENT, Engine
from luban.blocks.data.for_each import ForEach
from luban.blocks.io.input import AnyInput
from luban.blocks.io.output import Output
from luban.model.graph import Graph
from luban.model.run import RunStatus
from luban.sdk import Effect, block
from luban.server.heap import settle_heap
from luban.storage.sqlite import open_database

LENGTH = 100
"""Of each chain."""


@block(id="bench.range", effect=Effect.NONE)
async def numbers(count: int) -> list[int]:
    return list(range(count))


@block(id="bench.length", effect=Effect.NONE)
async def length(items: list[Any]) -> int:
    return len(items)


def for_each(items: int, mode: str, parallel: int) -> Graph:
    """The stream: a step per item, and one that gathers them all."""
    nodes: dict[str, Any] = {
        "numbers": {"block": "bench.range", "with": {"count": items}},
        "each": {"block": "data.for_each"},
        "add": {"block": f"bench.add_{mode}", "parallel": parallel},
        "result": {"block": "bench.result"},
    }
    links = ["numbers.result -> each.items", "each.item -> add.x", "add.result -> result.x"]
    return graph_of(nodes, links)


def body(items: int, mode: str, parallel: int) -> Graph:
    """A round per item, of three steps: its input, the same step, its output."""
    inner = {
        "x": {"block": "io.input", "with": {"name": "x"}},
        "add": {"block": f"bench.add_{mode}"},
        "y": {"block": "io.output", "with": {"name": "y"}},
    }
    links = ["x.value -> add.x", "add.result -> y.value"]
    told = {"mode": "map", "over": "x", "parallel": parallel, "nodes": inner, "links": links}
    nodes: dict[str, Any] = {
        "numbers": {"block": "bench.range", "with": {"count": items}},
        "each": {"body": told},
        "length": {"block": "bench.length"},
        "result": {"block": "io.output", "with": {"name": "result"}},
    }
    links = ["numbers.result -> each.x", "each.y -> length.items", "length.result -> result.value"]
    return graph_of(nodes, links)


class Bench:
    """The engine over a database file."""

    def __init__(self, path: Path) -> None:
        blocks = Blocks(ForEach, AnyInput, Output, numbers, length)
        self.engine = Engine(open_database(path), blocks=blocks)

    async def open(self) -> None:
        await self.engine.add_agent()
        await self.engine.worker.start()

    async def play(self, work: str, mode: str, items: int, parallel: int) -> dict[str, float]:
        """Seconds for so many items, from the claim to the last stored end."""
        if work == "chain":
            graph, runs, result = chain(LENGTH, mode), max(items // LENGTH, 1), LENGTH - 1
            steps = runs * LENGTH
        else:
            make = for_each if work == "for_each" else body
            graph, runs, steps = make(items, mode, parallel), 1, items
            result = items * (items + 1) // 2 if work == "for_each" else items
        version = await self.engine.add_version(graph)
        queued = await self.engine.queue(version, runs, AGENT)
        cpu, wall = time.process_time(), time.perf_counter()
        await self.engine.perform(runs)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        for run in queued:
            ended = await self.engine.database.runs.find(run.owner, run.id)
            assert ended is not None
            assert (ended.status, ended.outputs) == (RunStatus.COMPLETED, {"result": result}), ended
        return {"steps": steps, "cpu": cpu, "wall": wall}


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

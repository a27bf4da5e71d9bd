"""Trivial steps on our engine: a chain, a fan-out, many runs; strict or pure, on a real file.

Strict steps count as having effects, so each begins only when everything before it is stored; pure
ones may go ahead of the journal. Every step is validated by pydantic on its way in.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import uvloop

from luban.engine.worker import Worker
from luban.model.document import read_document
from luban.model.events import Row
from luban.model.graph import Graph
from luban.model.ids import new_id
from luban.model.run import ENDED, Run, RunDraft
from luban.ports.clock import SystemClock
from luban.ports.journal import Journal, Recorded, RunChange
from luban.ports.stores import Agent
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Field, Role, block
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode
from luban.server.heap import settle_heap
from luban.storage.local import LocalBus
from luban.storage.sqlite import SqliteDatabase, open_database

OWNER = "local"


@block(id="bench.add_pure", effect=Effect.NONE)
async def add_pure(x: int) -> int:
    return x + 1


@block(id="bench.add_strict", effect=Effect.IDEMPOTENT)
async def add_strict(x: int) -> int:
    return x + 1


class Result(Block):
    """The last step of every graph; takes everything that reaches it."""

    id = "bench.result"
    role = Role.OUTPUT
    effect = Effect.NONE

    class Input(BlockInput):
        x: list[int] = Field(gather=True)

    class Output(BlockOutput):
        total: int

    async def run(self, input: Input) -> Output:
        return self.Output(total=sum(input.x))


class Blocks:
    """The blocks above."""

    def __init__(self) -> None:
        codes = [compile_block(each) for each in (add_pure, add_strict, Result)]
        self._codes = {code.spec.id: code for code in codes}

    def find(self, block_id: str) -> BlockCode | None:
        return self._codes.get(block_id)


class Graphs:
    """The graphs of this process, by version."""

    def __init__(self) -> None:
        self.by_version: dict[int, Graph] = {}

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        return self.by_version[version]


class NoWorld:
    """These steps reach nothing outside."""

    @property
    def http(self) -> Any:
        raise NotImplementedError

    models = http

    def files(self, owner: str) -> Any:
        raise NotImplementedError

    def state(self, owner: str, agent_id: str) -> Any:
        raise NotImplementedError

    def secret(self, owner: str, provider: str) -> Mapping[str, str] | None:
        return None


def chain(length: int, mode: str) -> Graph:
    """`length` steps, one after another."""
    nodes: dict[str, Any] = {f"n{i}": {"block": f"bench.add_{mode}"} for i in range(length - 1)}
    nodes["n0"]["with"] = {"x": 0}
    nodes["result"] = {"block": "bench.result"}
    names = list(nodes)
    links = [f"{a}.result -> {b}.x" for a, b in pairwise(names)]
    return _graph(nodes, links)


def fan(width: int, mode: str) -> Graph:
    """One step, `width` steps after it, and one that takes the results of all."""
    add = {"block": f"bench.add_{mode}"}
    nodes: dict[str, Any] = {"first": {**add, "with": {"x": 0}}}
    nodes |= {f"n{i}": add for i in range(width)}
    nodes["result"] = {"block": "bench.result"}
    links = [f"first.result -> n{i}.x" for i in range(width)]
    links += [f"n{i}.result -> result.x" for i in range(width)]
    return _graph(nodes, links)


def _graph(nodes: dict[str, Any], links: list[str]) -> Graph:
    limits = {"steps": 1_000_000}
    tree = {"luban": 1, "nodes": nodes, "links": links, "settings": {"limits": limits}}
    graph, findings = read_document(tree)
    assert not findings, findings
    return graph


class Counted:
    """The journal, with an eye on how many runs have ended."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._awaited = 0
        self._all_ended = asyncio.Event()

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        await self._journal.commit(rows, changes)
        self._awaited -= sum(change.status in ENDED for change in changes)
        if self._awaited <= 0:
            self._all_ended.set()

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return await self._journal.read(run, after, limit)

    def expect(self, runs: int) -> None:
        self._awaited = runs
        self._all_ended.clear()

    async def ended(self) -> None:
        await self._all_ended.wait()


class Signal:
    """A bell that the worker cannot sleep through, nor wake without."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: float) -> None:
        await self._rung.wait()
        self._rung.clear()


class Bench:
    """A worker over a database file, and one agent whose versions are the graphs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database: SqliteDatabase = open_database(path)
        self.graphs = Graphs()
        self.journal = Counted(self.database.journal)
        self.clock = SystemClock()
        self.bell = Signal()
        self.worker = Worker(
            queue=self.database.queue,
            journal=self.journal,
            graphs=self.graphs,
            blocks=Blocks(),
            world=NoWorld(),
            clock=self.clock,
            bus=LocalBus(),
            bell=self.bell,
        )
        self._agent = new_id("a")
        self._versions: dict[tuple[str, str, int], int] = {}

    async def open(self) -> None:
        now = self.clock.now()
        agent = Agent(
            id=self._agent, owner=OWNER, name="bench", document={}, created_at=now, updated_at=now
        )
        await self.database.agents.create(agent)
        await self.worker.start()

    async def play(
        self, work: str, mode: str, size: int, runs: int, times: int
    ) -> dict[str, float]:
        """Queues the runs, then measures from the first claim to the last end; so many `times`.

        A run of the same graph goes before, so that its plan is there as it is in a server.
        """
        version = await self._version(work, mode, size)
        await self._queue(version, 1)
        await self._perform(1)
        before, queueing, cpu, wall = self._bytes(), 0.0, 0.0, 0.0
        queued: list[Run] = []
        for _ in range(times):
            began = time.process_time()
            queued += await self._queue(version, runs)
            queueing += time.process_time() - began
            began, started = time.process_time(), time.perf_counter()
            await self._perform(runs)
            cpu += time.process_time() - began
            wall += time.perf_counter() - started
        await self._check(queued, size - 1 if work == "chain" else 2 * size)
        steps = len(queued) * (size if work == "chain" else size + 2)
        return {
            "steps": steps,
            "cpu": cpu,
            "wall": wall,
            "queueing": queueing / len(queued),
            "bytes": (self._bytes() - before) / steps,
        }

    async def _version(self, work: str, mode: str, size: int) -> int:
        key = (work, mode, size)
        if key not in self._versions:
            number = len(self._versions)
            stored = await self.database.agents.add_version(
                OWNER, self._agent, {"n": number}, str(number), self.clock.now()
            )
            graph = chain(size, mode) if work == "chain" else fan(size, mode)
            self.graphs.by_version[stored.version] = graph
            self._versions[key] = stored.version
        return self._versions[key]

    async def _queue(self, version: int, runs: int) -> list[Run]:
        return [
            await self.database.runs.create(
                RunDraft(
                    id=new_id("r"),
                    owner=OWNER,
                    agent_id=self._agent,
                    version=version,
                    created_at=self.clock.now(),
                )
            )
            for _ in range(runs)
        ]

    async def _perform(self, runs: int) -> None:
        self.journal.expect(runs)
        self.bell.ring()
        await self.journal.ended()

    async def _check(self, runs: list[Run], total: int) -> None:
        """What was measured must have been done."""
        for run in runs:
            ended = await self.database.runs.find(OWNER, run.id)
            assert ended is not None
            assert ended.outputs == {"result": total}, ended

    def _bytes(self) -> int:
        """The size of the database once its log is copied into it."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
            (pages,) = connection.execute("pragma page_count").fetchone()
            (size,) = connection.execute("pragma page_size").fetchone()
            return pages * size


async def main(folder: Path) -> None:
    """Plays what standard input asks for, until it ends."""
    bench = Bench(folder / "luban.db")
    await bench.open()
    settle_heap()  # as every server process does
    for line in sys.stdin:
        print(json.dumps(await bench.play(**json.loads(line))), flush=True)
    await bench.worker.stop()
    await bench.database.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

"""Runs are pinned to the versions of blocks they began with: real block files that change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from luban.engine.history import steps
from luban.model.events import RunStarted, StepFinished
from luban.model.run import Run, WaitKind
from luban.registry import Registry, discover
from luban.storage.memory import MemoryDatabase
from tests.engine.house import OWNER, House, house_over
from tests.engine.kit import graph_of
from tests.engine.test_verbs import waiting

TELLER = """
from luban.sdk import Context, Migration, block

@block(id="my.teller", version={version}{rules})
async def teller(ctx: Context, {pin}: str) -> str:
    await ctx.wait_for("go")
    return "{version} {mark} " + {pin}
"""
RULES = ', migrations={1: Migration(inputs={"text": "words"})}'


def first(mark: str = "first") -> str:
    return TELLER.format(version=1, rules="", pin="text", mark=mark)


def second(rules: str = RULES) -> str:
    return TELLER.format(version=2, rules=rules, pin="words", mark="second")


class Bench:
    """An engine over the blocks of one folder, with files that are written while it works."""

    def __init__(self, folder: Path, database: MemoryDatabase) -> None:
        self.folder = folder
        self.database = database
        self.write(first())
        self.registry = discover([folder])
        self.house = House(database, self.registry)

    def write(self, text: str, name: str = "teller.py") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def reload(self) -> None:
        """What the server does when it has looked again."""
        self.registry.reload()
        self.house.worker.plan_changed()

    async def restart(self) -> None:
        """Another process over the same store: whatever the first kept in memory is gone."""
        await self.house.worker.stop()
        before, self.registry = self.house, discover([self.folder])
        self.house = House(self.database, self.registry)
        self.house.share(before)
        await self.house.worker.start()

    async def begun(self, block: str = "my.teller@1", **constants: Any) -> Run:
        """A run that has begun and left to wait for a signal."""
        run = await self.house.enqueue(told_by(block, **constants))
        return await waiting(self.house, run.id)

    async def go(self, run: Run) -> Run:
        """The run's end, once it has got its signal."""
        await self.database.runs.signal(OWNER, run.id, "signal:go", None, 0.0)
        self.house.bell.ring()
        ended = await self.house.ended(run.id)
        assert ended.error is None, ended.error
        return ended


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path, MemoryDatabase())
    await bench.house.worker.start()
    yield bench
    await bench.house.worker.stop()


def told_by(block: str, **constants: Any) -> Any:
    constants = constants or {"text": "hello"}
    return graph_of(
        {
            "tell": {"block": block, "with": constants},
            "out": {"block": "io.output", "with": {"name": "out"}},
        },
        ["tell.result -> out.value"],
    )


async def missing(bench: Bench, run: Run) -> dict[str, Any]:
    """What block a run says it waits for, once it does."""
    while True:
        now = await waiting(bench.house, run.id)
        if now.waiting_for[0].kind is WaitKind.BLOCK:
            return now.waiting_for[0].details
        await asyncio.sleep(0.005)


async def test_a_run_keeps_the_code_it_began_with_and_new_ones_are_brought_up(bench: Bench) -> None:
    old = await bench.begun()
    bench.write(second())
    bench.reload()
    new = await bench.begun()

    assert (await bench.go(old)).outputs == {"out": "1 first hello"}
    assert (await bench.go(new)).outputs == {"out": "2 second hello"}
    started = [
        next(event for event in await bench.house.events(run.id) if isinstance(event, RunStarted))
        for run in (old, new)
    ]
    assert [(event.blocks or {})["my.teller"] for event in started] == [1, 2]


async def test_a_run_whose_file_broke_meanwhile_goes_on(bench: Bench) -> None:
    old = await bench.begun()
    bench.write("def broken(:")
    bench.reload()
    assert (await bench.go(old)).outputs == {"out": "1 first hello"}

    fresh = await bench.house.enqueue(told_by("my.teller"))
    told = await missing(bench, fresh)
    assert told == {"block": "my.teller", "version": None, "installed": None}


async def test_a_repair_of_the_same_version_reaches_runs_that_wait(bench: Bench) -> None:
    old = await bench.begun()
    bench.write(first("repaired"))
    bench.reload()
    assert (await bench.go(old)).outputs == {"out": "1 repaired hello"}


async def test_after_a_restart_a_run_waits_for_its_version_and_goes_on_when_it_is_back(
    bench: Bench,
) -> None:
    run = await bench.begun()
    bench.write(second())
    await bench.restart()
    await bench.database.runs.signal(OWNER, run.id, "signal:go", None, 0.0)
    bench.house.bell.ring()
    assert await missing(bench, run) == {"block": "my.teller", "version": 1, "installed": 2}

    bench.write(first("back"), "old_teller.py")
    bench.reload()
    assert (await bench.house.ended(run.id)).outputs == {"out": "1 back hello"}
    assert isinstance(bench.registry, Registry)
    assert bench.registry.broken() == []


async def test_two_versions_of_a_block_in_one_graph(bench: Bench) -> None:
    bench.write(second(""), "new_teller.py")
    bench.reload()
    graph = graph_of(
        {
            "old": {"block": "my.teller@1", "with": {"text": "a"}},
            "new": {"block": "my.teller", "with": {"words": "b"}},
            "a": {"block": "io.output", "with": {"name": "a"}},
            "b": {"block": "io.output", "with": {"name": "b"}},
        },
        ["old.result -> a.value", "new.result -> b.value"],
    )
    run = await waiting(bench.house, (await bench.house.enqueue(graph)).id)
    (event, *_) = await bench.house.events(run.id)
    assert isinstance(event, RunStarted)
    assert event.blocks == {"my.teller": 2, "my.teller@1": 1, "io.output": 1}
    await bench.restart()
    await bench.database.runs.signal(OWNER, run.id, "signal:go", None, 0.0)
    assert (await bench.go(run)).outputs == {"a": "1 first a", "b": "2 second b"}


async def test_an_ended_run_is_read_with_the_versions_it_had(bench: Bench) -> None:
    run = await bench.go(await bench.begun())
    bench.write(second())
    bench.reload()
    events = await bench.house.events(run.id)
    graph = bench.house.graphs.by_version[run.version]
    tell, *_ = steps(graph, bench.registry, {}, events)
    assert tell.inputs == {"text": "hello"}
    assert any(isinstance(event, StepFinished) for event in events)


async def test_a_rule_that_fails_lets_the_run_wait_and_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "teller.py").write_text(
        second(", migrations={1: Migration(constants=lambda values: values['nothing'])}")
    )
    async with house_over(MemoryDatabase(), discover([tmp_path])) as house:
        await house.worker.start()
        stuck = await house.enqueue(told_by("my.teller@1"))
        assert (await waiting(house, stuck.id)).waiting_for[0].details == {
            "block": "my.teller",
            "version": 1,
            "installed": 2,
        }
        fine = await waiting(house, (await house.enqueue(told_by("my.teller", words="x"))).id)
        assert fine.waiting_for[0].kind is WaitKind.SIGNAL

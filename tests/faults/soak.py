"""A server under mixed load for a while: what it needs must not grow.

`python -m tests.faults.soak MINUTES` puts its figures into the report.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from luban.model.run import RunStatus
from tests.faults import report
from tests.server.kit import ServerProcess, server

BLOCKS = '''
"""Blocks for a server that is watched for long."""
import asyncio
from typing import Any

from luban.sdk import BlockError, Context, Effect, TemporaryError, block


@block(id="soak.add", effect=Effect.NONE)
async def add(value: int) -> int:
    return value + 1


@block(id="soak.act", effect=Effect.IDEMPOTENT)
async def act(value: Any) -> Any:
    return value


@block(id="soak.stream", effect=Effect.NONE)
async def stream(count: int) -> Any:
    for number in range(count):
        yield "x" * 100 + str(number)


@block(id="soak.write")
async def write(ctx: Context, count: int) -> str:
    for number in range(count):
        ctx.delta("result", f"word {number} ")
        await asyncio.sleep(0)
    return "written"


@block(id="soak.wait")
async def wait(ctx: Context) -> Any:
    await ctx.sleep(0.05)
    heard = await ctx.wait_for("go")
    answer = await ctx.ask("And now?", choices=["on"])
    return [heard, answer.choice]


@block(id="soak.boss")
async def boss(ctx: Context, agent: str) -> Any:
    runs = [ctx.run_agent(agent, version="latest") for _ in range(2)]
    return await asyncio.gather(*runs)


@block(id="soak.fail")
async def fail(ctx: Context) -> Any:
    if ctx.attempt < 3:
        raise TemporaryError("not yet")
    raise BlockError("never")


@block(id="soak.tasks", effect=Effect.NONE)
async def tasks() -> int:
    return len(asyncio.all_tasks())
'''


class Sample(NamedTuple):
    """One look at the server."""

    at: float
    rss: int
    descriptors: int
    bytes: int
    runs: int


class Soak:
    """The load on one server, and what it was seen to need."""

    def __init__(self, process: ServerProcess, folder: Path, seconds: float) -> None:
        self._process = process
        self._folder = folder
        self._luban = process.client()
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._draw = random.Random(5)
        self._agents: dict[str, str] = {}
        self.ended: Counter[str] = Counter()
        self.samples: list[Sample] = []
        self.tasks: list[int] = []

    async def run(self) -> None:
        for name, document in _documents().items():
            self._agents[name] = (await self._luban.agents.create(document=document)).id
        below = {"agent": self._agents["short"]}
        boss = _alone("soak.boss", below)
        self._agents["boss"] = (await self._luban.agents.create(document=boss)).id
        await self._warm_up()
        await self._look()
        kinds = (self._short, self._stream, self._wait, self._boss, self._fail, self._ask_api)
        async with asyncio.TaskGroup() as load:
            for kind in (*kinds, self._short, self._leave_early):
                load.create_task(self._again(kind))
            load.create_task(self._look_again())
        await self._look()
        await self._luban.aclose()

    async def _again(self, kind: Callable[[], Awaitable[None]]) -> None:
        while time.monotonic() < self._until:
            await kind()
            self.ended[kind.__name__.strip("_")] += 1
            await asyncio.sleep(self._draw.uniform(0, 0.1))

    async def _warm_up(self) -> None:
        for kind in (self._short, self._stream, self._wait, self._boss, self._fail, self._ask_api):
            await kind()

    # -- the load -----------------------------------------------------------------------------

    async def _start(self, name: str) -> str:
        return (await self._luban.runs.start(self._agents[name])).id

    async def _to_its_end(self, run: str, status: RunStatus = RunStatus.COMPLETED) -> None:
        async for _ in self._luban.runs.events(run):
            pass
        ended = await self._luban.runs.get(run)
        assert ended.status is status, ended

    async def _short(self) -> None:
        await self._to_its_end(await self._start("short"))

    async def _stream(self) -> None:
        await self._to_its_end(await self._start("stream"))

    async def _boss(self) -> None:
        await self._to_its_end(await self._start("boss"))

    async def _fail(self) -> None:
        await self._to_its_end(await self._start("fail"), RunStatus.FAILED)

    async def _wait(self) -> None:
        run = await self._start("wait")
        await asyncio.sleep(self._draw.uniform(0, 0.2))
        await self._luban.runs.signal(run, "go", 1)
        ended = asyncio.create_task(self._to_its_end(run))
        while not ended.done():
            for question in (await self._luban.approvals.list()).items:
                await self._luban.approvals.answer(question.id, "on")
            await asyncio.sleep(0.05)
        await ended

    async def _ask_api(self) -> None:
        await self._luban.runs.list(page_size=20)
        await self._luban.agents.list()
        await self._luban.blocks.list()
        await self._luban.findings()

    async def _leave_early(self) -> None:
        """A reader that goes away in the middle, and leaves the run to itself."""
        run = await self._start("write")
        events = self._luban.runs.events(run)
        async for _ in events:
            break
        await events.aclose()

    # -- looking ------------------------------------------------------------------------------

    async def _look_again(self) -> None:
        while time.monotonic() < self._until:
            await asyncio.sleep(2.0)
            await self._look()

    async def _look(self) -> None:
        proc = Path(f"/proc/{self._process.process.pid}")
        rss = int((proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        descriptors = len(os.listdir(proc / "fd"))  # noqa: PTH208
        (file,) = self._folder.rglob("luban.db")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            (stored,) = connection.execute(
                "select page_count * page_size from pragma_page_count, pragma_page_size"
            ).fetchone()
        runs = (await self._luban.runs.list(page_size=1)).total
        now = time.monotonic() - self._began
        self.samples.append(Sample(now, rss, descriptors, stored, runs))
        counting = await self._start("tasks")
        await self._to_its_end(counting)
        self.tasks.append((await self._luban.runs.get(counting)).outputs["out"])


class Finding(NamedTuple):
    """What was needed early, after a fifth of the time, and late, in the last fifth."""

    early: list[Sample]
    late: list[Sample]
    early_tasks: list[int]
    late_tasks: list[int]
    ended: Counter[str]
    seconds: float

    @property
    def growth(self) -> float:
        """Of memory, as a part of what was needed early."""
        return mean(each.rss for each in self.late) / mean(each.rss for each in self.early) - 1

    @property
    def bytes_per_run(self) -> tuple[float, float]:
        """In the first half of what was watched, and in the second."""
        first, last = self.early[0], self.late[-1]
        middle = self.late[0]
        return _rate(first, middle), _rate(middle, last)


def _rate(one: Sample, other: Sample) -> float:
    return (other.bytes - one.bytes) / max(other.runs - one.runs, 1)


async def soak(minutes: float) -> Finding:
    """Puts a server of its own under load for so long."""
    with tempfile.TemporaryDirectory(prefix="luban-soak-") as name:
        folder = Path(name)
        blocks = folder / "soaking"
        blocks.mkdir()
        (blocks / "soaking.py").write_text(BLOCKS, encoding="utf-8")
        with server(folder, LUBAN_BLOCKS_PATH=str(blocks)) as process:
            one = Soak(process, folder, minutes * 60)
            await one.run()
            code, said = await asyncio.to_thread(process.stop)
        assert code == 0, said[-4000:]
    fifth = max(len(one.samples) // 5, 2)
    return Finding(
        one.samples[fifth : 2 * fifth], one.samples[-fifth:],
        one.tasks[fifth : 2 * fifth], one.tasks[-fifth:],
        one.ended, one.samples[-1].at,
    )  # fmt: skip


def table(found: Finding) -> str:
    """What was found, for people."""
    first, second = found.bytes_per_run
    rows = [
        ("memory, early and late", f"{_mb(found.early)}, {_mb(found.late)} MB"),
        ("growth of memory", f"{found.growth:+.1%}"),
        ("descriptors, early and late", f"{_most(found.early)}, {_most(found.late)} at most"),
        ("tasks, early and late", f"{max(found.early_tasks)}, {max(found.late_tasks)} at most"),
        ("stored per run, before and after", f"{first / 1024:.1f}, {second / 1024:.1f} KB"),
        ("runs", str(found.late[-1].runs)),
        *((f"of the load: {kind.replace('_', ' ')}", str(n)) for kind, n in found.ended.items()),
    ]
    minutes = f"{found.seconds / 60:.0f} minutes"
    lines = [
        f"## A server under mixed load for {minutes} ({time.strftime('%Y-%m-%d')})",
        "",
        "Early is the second fifth of the time, late the last one;",
        "`python -m tests.faults.soak MINUTES`.",
        "",
        "| what | figure |",
        "|---|---|",
    ]
    return "\n".join([*lines, *(f"| {name} | {value} |" for name, value in rows)])


def _mb(samples: list[Sample]) -> str:
    return f"{mean(each.rss for each in samples) / (1 << 20):.1f}"


def _most(samples: list[Sample]) -> int:
    return max(each.descriptors for each in samples)


def _alone(block: str, given: dict[str, Any]) -> dict[str, Any]:
    """An agent of one block, whose result is the run's."""
    return {
        "luban": 1,
        "name": block,
        "nodes": {
            "it": {"block": block, "with": given},
            "out": {"block": "io.output", "with": {"name": "out"}},
        },
        "links": ["it.result -> out.value"],
    }


def _documents() -> dict[str, dict[str, Any]]:
    short = _alone("soak.add", {"value": 1})
    short["nodes"] |= {f"n{i}": {"block": "soak.act"} for i in range(5)}
    path = ["it.result", *(f"n{i}.result" for i in range(5))]
    short["links"] = [f"{path[i]} -> n{i}.value" for i in range(5)] + ["n4.result -> out.value"]
    stream = _alone("soak.stream", {"count": 100})
    return {
        "short": short,
        "stream": stream,
        "wait": _alone("soak.wait", {}),
        "fail": _alone("soak.fail", {})
        | {"nodes": {"it": {"block": "soak.fail", "retry": {"attempts": 3, "delay": 0.01}}},
           "links": []},
        "write": _alone("soak.write", {"count": 300}),
        "tasks": _alone("soak.tasks", {}),
    }  # fmt: skip


if __name__ == "__main__":
    told = table(asyncio.run(soak(float(sys.argv[1]))))
    report.put("soak", told)
    sys.stdout.write(f"{told}\n")

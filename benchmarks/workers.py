"""Two workers beside one, on one PostgreSQL: pinned to cores of their own, and as it comes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from statistics import median

from benchmarks.environments import ROOT
from benchmarks.postgres import Postgres
from benchmarks.report import Row
from benchmarks.sizes import rounds, scaled
from benchmarks.works.luban_blocks import Blocks
from benchmarks.works.luban_engine import Engine, ask, database_at
from benchmarks.works.luban_worker import LENGTH, agents, call

PATIENCE = 120.0
SLOTS = {"trivial": 256, "calls": 64}


@dataclass(frozen=True)
class Pinning:
    """Which cores PostgreSQL has, and which each worker."""

    title: str
    how: str
    database: tuple[int, ...]
    workers: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Took:
    """Steps per second of the clock, and processor seconds per step."""

    rate: float
    workers: float
    database: float


def pinnings() -> list[Pinning]:
    """As it comes; and with the database on the first core and the workers on others.

    With three cores, each worker has one of its own; with two, both workers share the second.
    """
    if not hasattr(os, "sched_getaffinity"):
        return [Pinning("free", "not possible here", (), ((), ()))]
    cores = sorted(os.sched_getaffinity(0))
    free = Pinning("free", "one core only", tuple(cores), (tuple(cores), tuple(cores)))
    if len(cores) < 2:
        return [free]
    one, other = cores[1], cores[-1]
    how = "one core each" if one != other else "the database on a core, both workers on another"
    return [Pinning("pinned", how, (cores[0],), ((one,), (other,))), free]


def two_beside_one(server: Postgres) -> list[Row]:
    """Every kind of work under every pinning; medians of rounds in turns."""
    address = server.database("bench_workers")
    rows: list[Row] = []
    for work, runs in (("trivial", scaled(1000)), ("calls", scaled(400))):
        for pinning in pinnings() if scaled(100) == 100 else pinnings()[:1]:
            one: list[Took] = []
            two: list[Took] = []
            for _ in range(rounds(3)):
                one.append(_measured(server, address, work, runs, pinning, 1))
                two.append(_measured(server, address, work, 2 * runs, pinning, 2))
            rows += _rows(work, pinning, one, two)
    return rows


def _rows(work: str, pinning: Pinning, one: list[Took], two: list[Took]) -> list[Row]:
    what = "trivial steps" if work == "trivial" else "steps of 20 ms"
    title = f"{what}, {pinning.title}"
    single, double = median(x.rate for x in one), median(x.rate for x in two)
    own = len({*pinning.workers, pinning.database}) == 3
    rows = [
        Row(f"{title}: one worker", single, "steps/s"),
        Row(f"{title}: two workers", double, "steps/s"),
        Row(f"{title}: two ÷ one", double / single, "times", bar=">= 1.8" if own else ""),
    ]
    if work == "trivial":
        costs = [(median(x.workers for x in t), median(x.database for x in t)) for t in (one, two)]
        for number, (worker, database) in enumerate(costs, start=1):
            name = f"{title}: cpu of {number} worker{'s' if number > 1 else ''}"
            rows.append(Row(name, worker * 1e6, "µs/step"))
            rows.append(Row(f"{name}, PostgreSQL", database * 1e6, "µs/step"))
        if not own:
            ratio = _with_own_cores(*costs)
            rows.append(Row(f"{title}: computed, cores of their own", ratio, "times", bar=">= 1.8"))
    elif not own:
        rows[-1] = Row(f"{title}: two ÷ one", double / single, "times", bar=">= 1.8")
    return rows


def _with_own_cores(one: tuple[float, float], two: tuple[float, float]) -> float:
    """What the same processor times come to if every process had a core of its own.

    A worker and its connection's process of PostgreSQL take turns, and the busier one is the limit.
    """
    return 2 * max(one) / max(two)


def _measured(
    server: Postgres, address: str, work: str, runs: int, pinning: Pinning, workers: int
) -> Took:
    """Has the runs done by so many workers."""
    for process in server.processes():
        _pin(process, pinning.database)
    asyncio.run(_queue(address, work, runs))
    with ExitStack() as stack:
        started = [
            stack.enter_context(_worker(address, SLOTS[work], cores))
            for cores in pinning.workers[:workers]
        ]
        for each in started:
            _heard(each)
        for process in server.processes():
            _pin(process, pinning.database)
        database, began = server.cpu(), time.perf_counter()
        for each in started:
            _say(each)
        asyncio.run(_until_done(address))
        took, database = time.perf_counter() - began, server.cpu() - database
        for each in started:
            _say(each)
        worked = sum(float(_heard(each)) for each in started)
        for each in started:
            each.wait(30)
    steps = runs * LENGTH
    return Took(steps / took, worked / steps, database / steps)


async def _queue(address: str, work: str, runs: int) -> None:
    engine = Engine(await database_at(address), blocks=Blocks(call))
    await engine.queue((await agents(engine))[work], runs, work)
    await engine.close()


async def _until_done(address: str) -> None:
    async with asyncio.timeout(PATIENCE):
        open_runs = "select exists (select 1 from runs where status in ('queued', 'running'))"
        while (await ask(address, open_runs))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert not await ask(address, "select error from runs where status <> 'completed' limit 1")


def _worker(address: str, slots: int, cores: tuple[int, ...]) -> subprocess.Popen[str]:
    words = [address, str(slots), ",".join(map(str, cores))]
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.works.luban_worker", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _pin(process: int, cores: tuple[int, ...]) -> None:
    if cores:
        with suppress(ProcessLookupError):  # a connection that has ended
            os.sched_setaffinity(process, cores)


def _say(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("\n")
    worker.stdin.flush()


def _heard(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline()

"""A worker that was taken for dead and comes back: it stops writing, and begins anew."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.aftermath import random_values
from tests.faults.graphs import cases
from tests.faults.ledger import Ledger
from tests.faults.nursery import ROOT, World
from tests.faults.places import opened, store_runs

PATIENCE = 120.0
ROUNDS = 12
GRAPHS = len(cases())

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")


class Zombie:
    """A worker process, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(
        cls, place: str, ledger: Path, port: int, *flags: str, lease: float = 3.0
    ) -> Zombie:
        """One that already works."""
        pipe, about = asyncio.subprocess.PIPE, map(str, (place, ledger, lease, port, *flags))
        zombie = cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.zombie", *about,
                stdin=pipe, stdout=pipe, cwd=ROOT,
            )
        )  # fmt: skip
        await zombie.says("works")
        return zombie

    async def says(self, word: str) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert (await self.process.stdout.readline()).decode().strip() == word

    async def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.says("stopped")
        assert await self.process.wait() == 0


class Den:
    """A folder with a database, workers on it, and the world outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = str(folder / "luban.db")
        self.ledger = folder / "ledger.jsonl"

    def ask(self, question: str) -> list[Any]:
        with closing(sqlite3.connect(self.place)) as connection:
            return connection.execute(question).fetchall()

    def completed(self) -> int:
        return len(self.ask("select 1 from runs where status = 'completed'"))

    async def queue(self, each: int) -> None:
        database = await opened(self.place)
        await store_runs(database, each)
        await database.close()

    async def stop_between_transactions(self, zombie: Zombie) -> None:
        """Stops the process where it holds no lock of the database, for which others would wait."""
        async with asyncio.timeout(PATIENCE):
            while True:
                os.kill(zombie.process.pid, signal.SIGSTOP)
                with closing(sqlite3.connect(self.place, timeout=0.2)) as connection:
                    try:
                        connection.execute("begin immediate")
                    except sqlite3.OperationalError:
                        os.kill(zombie.process.pid, signal.SIGCONT)
                        await asyncio.sleep(0.001)
                    else:
                        return

    def check(self) -> None:
        """No step has two results, and no effect saw two values."""
        ends = self.ask(
            "select run, node, iteration from journal"
            " where kind in ('step_finished', 'step_failed')"
        )
        assert [step for step, count in Counter(ends).items() if count > 1] == []
        assert random_values(Ledger.read(self.ledger)) == []


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.fixture
async def den(tmp_path: Path) -> Den:
    den = Den(tmp_path)
    await den.queue(ROUNDS)
    return den


@pytest.fixture
async def world(den: Den) -> AsyncIterator[World]:
    world = await asyncio.to_thread(World, den.place, 1)
    try:
        yield world
    finally:
        await asyncio.to_thread(world.end)


async def test_a_fenced_worker_stops_writing_and_begins_anew(den: Den, world: World):
    zombie = await Zombie.start(den.place, den.ledger, world.port, "asking")
    await _until(lambda: den.completed() >= 10)
    await den.stop_between_transactions(zombie)
    assert den.ask("select id from runs where status = 'running'")
    (lock,) = (den.folder / "workers").glob("*.lock")
    lock.unlink()

    heir = await Zombie.start(den.place, den.ledger, world.port, "asking")
    (total,) = den.ask("select count(*) from runs")[0]
    await _until(lambda: den.completed() == total)
    await heir.end()
    written = den.ask("select count(*), max(id) from journal")

    os.kill(zombie.process.pid, signal.SIGCONT)
    await zombie.says("fenced")
    assert den.ask("select count(*), max(id) from journal") == written
    assert den.completed() == total

    await den.queue(1)
    await _until(lambda: den.completed() == total + GRAPHS)
    await zombie.end()
    den.check()

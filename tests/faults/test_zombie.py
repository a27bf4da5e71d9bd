"""A worker that was taken for dead and comes back: it stops writing, and begins anew."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.faults.ledger import Ledger
from tests.faults.nursery import database_in, ledger_in, queue_runs

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
ROUNDS = 12

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs SIGSTOP")


class Zombie:
    """A worker process, and what it has said."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, folder: Path) -> Zombie:
        pipe = asyncio.subprocess.PIPE
        zombie = cls(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.zombie", str(folder),
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


def _ask(folder: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(database_in(folder))) as connection:
        return connection.execute(question).fetchall()


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def _completed(folder: Path) -> int:
    return len(_ask(folder, "select 1 from runs where status = 'completed'"))


async def _stop_between_transactions(zombie: Zombie, folder: Path) -> None:
    """Stops the process where it holds no lock of the database, for which others would wait."""
    async with asyncio.timeout(PATIENCE):
        while True:
            os.kill(zombie.process.pid, signal.SIGSTOP)
            with closing(sqlite3.connect(database_in(folder), timeout=0.2)) as connection:
                try:
                    connection.execute("begin immediate")
                except sqlite3.OperationalError:
                    os.kill(zombie.process.pid, signal.SIGCONT)
                    await asyncio.sleep(0.001)
                else:
                    return


async def test_a_fenced_worker_stops_writing_and_begins_anew(tmp_path: Path):
    await queue_runs(tmp_path, ROUNDS)
    zombie = await Zombie.start(tmp_path)
    await _until(lambda: _completed(tmp_path) >= 10)
    await _stop_between_transactions(zombie, tmp_path)
    held = _ask(tmp_path, "select id from runs where status = 'running'")
    assert held
    (lock,) = (tmp_path / "workers").glob("*.lock")
    lock.unlink()

    heir = await Zombie.start(tmp_path)
    (total,) = _ask(tmp_path, "select count(*) from runs")[0]
    await _until(lambda: _completed(tmp_path) == total)
    await heir.end()
    written = _ask(tmp_path, "select count(*), max(id) from journal")

    os.kill(zombie.process.pid, signal.SIGCONT)
    await zombie.says("fenced")
    assert _ask(tmp_path, "select count(*), max(id) from journal") == written
    assert _completed(tmp_path) == total

    await queue_runs(tmp_path, 1)
    await _until(lambda: _completed(tmp_path) == total + 9)
    await zombie.end()
    _check(tmp_path)


def _check(folder: Path) -> None:
    """No step has two results, and no effect saw two values."""
    ends = _ask(
        folder,
        "select run, node, iteration from journal where kind in ('step_finished', 'step_failed')",
    )
    assert [step for step, count in Counter(ends).items() if count > 1] == []
    seen: dict[str, set[str]] = defaultdict(set)
    for note in Ledger.read(ledger_in(folder)):
        if note.block in ("act", "once", "flaky", "broken"):
            seen[note.key].add(json.dumps(note.value))
    assert [key for key, values in seen.items() if len(values) > 1] == []

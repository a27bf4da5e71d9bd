"""Workers on one PostgreSQL: whoever dies or is cut off, nothing is lost and nothing repeated."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from luban.storage import postgres
from tests.databases import command, fresh_database
from tests.faults.cutter import Cutter
from tests.faults.ledger import Ledger, Note
from tests.faults.nursery import store_runs, worker_over
from tests.faults.test_zombie import ROOT, Zombie
from tools import prerequisites, servers

log = logging.getLogger(__name__)
pytestmark = pytest.mark.network

LEASE = 3.0
PATIENCE = 40.0
GRAPHS = 9
SLACK = 1.0
"""Seconds that a busy machine may take to notice what it could notice at once."""


class Scene:
    """A database, and what was noted outside of it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.notes_path = folder / "ledger.jsonl"
        self.notes_path.touch()

    async def ask(self, question: str, *values: Any) -> list[Any]:
        return await command(self.url, question, *values)

    async def queue(self, each: int) -> None:
        database = await postgres.open_database(self.url)
        await store_runs(database, each)
        await database.close()

    async def worker(self, *flags: str) -> Zombie:
        """A worker process that already works."""
        pipe = asyncio.subprocess.PIPE
        worker = Zombie(
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.postgres_worker",
                self.url, str(self.notes_path), str(LEASE), *flags,
                stdin=pipe, stdout=pipe, cwd=ROOT,
            )
        )  # fmt: skip
        await worker.says("works")
        return worker

    async def completed(self) -> int:
        return (await self.ask("select count(*) from runs where status = 'completed'"))[0][0]

    async def until_completed(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.completed() < number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def both_work(self) -> tuple[int, int]:
        """The ids of two workers, older first, once both hold runs."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = await self.ask(
                    "select distinct worker from runs where status = 'running' order by 1"
                )
                if len(rows) == 2:
                    return rows[0][0], rows[1][0]

    async def check(self, total: int, *, was_stopped: bool = False) -> list[Note]:
        """Everything is done, no step has two results, and no effect saw two values."""
        assert await self.completed() == total
        rows = await self.ask(
            "select r.id, j.node, j.iteration, j.kind, j.data from journal j"
            " join runs r on r.seq = j.run where j.kind in ('step_finished', 'step_failed')"
        )
        ends = Counter(tuple(row)[:3] for row in rows)
        assert [step for step, count in ends.items() if count > 1] == []
        notes = Ledger.read(self.notes_path)
        repeated = [note for note in notes if note.recorded]
        # A worker that was stopped may compute on what it has, but it begins nothing that touches
        # the world. The one call it was stopped in goes on with its key: no engine can recall it.
        touching = [note for note in repeated if note.block not in ("draw", "stream")]
        assert len(touching) <= (1 if was_stopped else 0)
        assert was_stopped or repeated == []
        seen: dict[str, set[str]] = defaultdict(set)
        for note in notes:
            if note.block in ("act", "once", "flaky", "broken"):
                seen[note.key].add(json.dumps(note.value))
        assert [key for key, values in seen.items() if len(values) > 1] == []
        once = Counter(note.key for note in notes if note.block == "once")
        assert set(once.values()) == {1}
        recorded = {
            f"{row['id']}/{row['node']}/{row['iteration']}": json.loads(row["data"])["emissions"]
            for row in rows
            if row["kind"] == "step_finished"
        }
        acts = {note.key: [["result", note.value]] for note in notes if note.block == "act"}
        assert {key: recorded[key] for key in acts} == acts
        return notes


def _repeated(notes: list[Note]) -> list[tuple[str, int]]:
    made = Counter((note.key, note.attempt) for note in notes)
    return [each for each, count in made.items() if count > 1]


@pytest.fixture
async def scene(postgres_address: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh_database(postgres_address) as url:
        yield Scene(url, tmp_path)


async def test_another_worker_takes_over_after_a_kill(scene: Scene):
    rounds = 40
    await scene.queue(rounds)
    doomed = await scene.worker("asking")
    heir = await scene.worker("asking")
    dying, _ = await scene.both_work()
    doomed.process.kill()
    killed = time.monotonic()
    await doomed.process.wait()
    held = await scene.ask("select id from runs where worker = $1", dying)
    assert held
    async with asyncio.timeout(PATIENCE):
        while await scene.ask("select 1 from runs where worker = $1", dying):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    took = time.monotonic() - killed
    log.info("%d runs taken over after %.2f s", len(held), took)
    assert took <= LEASE + LEASE / 3 + SLACK
    await scene.until_completed(rounds * GRAPHS)
    await heir.end()
    await scene.check(rounds * GRAPHS)


async def test_a_worker_that_was_stopped_cannot_write_any_more(scene: Scene):
    rounds = 30
    await scene.queue(rounds)
    zombie = await scene.worker("asking")
    heir = await scene.worker("asking")
    stopped, _ = await scene.both_work()
    os.kill(zombie.process.pid, signal.SIGSTOP)
    assert await scene.ask("select 1 from runs where worker = $1", stopped)
    await scene.until_completed(rounds * GRAPHS)
    await heir.end()
    written = await scene.ask("select count(*), max(id) from journal")

    os.kill(zombie.process.pid, signal.SIGCONT)
    await zombie.says("fenced")
    assert await scene.ask("select count(*), max(id) from journal") == written

    await scene.queue(1)  # and under a new identity it works again
    await scene.until_completed((rounds + 1) * GRAPHS)
    await zombie.end()
    await scene.check((rounds + 1) * GRAPHS, was_stopped=True)


async def test_cut_connections_lose_and_repeat_nothing(scene: Scene):
    rounds = 8
    await scene.queue(rounds)
    async with Cutter(scene.url, seed=7, share=0.2).running() as cutter:
        database = await _opened(cutter.address)
        worker = worker_over(database, database.journal, Ledger(scene.notes_path))
        await worker.start()
        try:
            await scene.until_completed(rounds * GRAPHS)
        finally:
            await worker.stop()
            await database.close()
    cut, total = cutter.batches, sum(cutter.batches.values())
    log.info("of %d batches cut %s; of other statements %s", total, cut, cutter.others)
    assert min(cut["before"], cut["after"]) >= 10
    assert cut["before"] + cut["after"] >= total / 10
    notes = await scene.check(rounds * GRAPHS)
    assert _repeated(notes) == []
    assert await scene.ask("select 1 from runs where claims > 1") == []


async def _opened(url: str) -> postgres.PostgresDatabase:
    """Opened at last: the connection that looks at the schema is cut too."""
    while True:
        try:
            return await postgres.open_database(url, lease=30)
        except postgres.DatabaseUnreachable:
            continue


async def test_a_server_that_crashes_costs_nothing_but_time(tmp_path: Path):
    with servers.private("postgres") as server:
        if server is None:
            left_out = pytest.fail if prerequisites.strict() else pytest.skip
            left_out("PostgreSQL is not installed on this machine")
        await _answers(server.address)
        async with fresh_database(server.address) as url:
            await _crash(server, Scene(url, tmp_path))


async def _crash(server: servers.Private, scene: Scene) -> None:
    rounds = 100
    await scene.queue(rounds)
    workers = await asyncio.gather(scene.worker(), scene.worker())
    await scene.both_work()
    pid = int((server.folder / "db/postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)  # an immediate stop: no checkpoint, the log is replayed
    await asyncio.to_thread(server.process.wait)
    down = time.monotonic()
    await asyncio.sleep(2.0)  # the outage itself
    server.process = servers.start_postgres_again(server.folder, server.port)
    assert await asyncio.to_thread(server.comes_up)
    await _answers(scene.url)
    log.info("the server was away for %.1f s", time.monotonic() - down)
    before = await scene.completed()
    assert before < rounds * GRAPHS
    await scene.until_completed(rounds * GRAPHS)
    for worker in workers:
        await worker.end()
    notes = await scene.check(rounds * GRAPHS)
    assert _repeated(notes) == []
    assert await scene.ask("select 1 from runs where claims > 1") == []


async def _answers(address: str) -> None:
    """Waits until a server does not only listen."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await command(address, "select 1")
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
            else:
                return

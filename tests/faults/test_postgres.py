"""Workers on one PostgreSQL: whoever dies or is cut off, nothing is lost and nothing repeated."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.storage import postgres
from tests.databases import ready_database
from tests.faults.blocks import Traces, noting_blocks
from tests.faults.cutter import Cutter
from tests.faults.graphs import all_cases
from tests.faults.ledger import Ledger
from tests.faults.places import worker_over
from tests.faults.scene import GRAPHS, LEASE, PATIENCE, Scene, answers, repeated, scene_at
from tests.faults.test_zombie import Zombie
from tools import prerequisites, servers

log = logging.getLogger(__name__)
pytestmark = pytest.mark.network

SLACK = 1.0
"""Seconds that a busy machine may take to notice what it could notice at once."""


@pytest.fixture
async def scene(postgres_address: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with ready_database(postgres_address) as url, scene_at(url, tmp_path) as scene:
        yield scene


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
    await _stop_with_runs(scene, zombie, stopped)
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


async def _stop_with_runs(scene: Scene, zombie: Zombie, worker: int) -> None:
    """Stops it while it holds some: between a look and the signal it may have ended all it had."""
    async with asyncio.timeout(PATIENCE):
        while True:
            os.kill(zombie.process.pid, signal.SIGSTOP)
            if await scene.ask("select 1 from runs where worker = $1", worker):
                return
            os.kill(zombie.process.pid, signal.SIGCONT)
            await asyncio.sleep(0.01)


async def test_cut_connections_lose_and_repeat_nothing(scene: Scene):
    rounds = 8
    await scene.queue(rounds)
    async with Cutter(scene.url, seed=7, share=0.2).running() as cutter:
        database = await _opened(cutter.address)
        traces = Traces(Ledger(scene.notes_path), scene.world.port)
        worker = worker_over(database, database.journal, noting_blocks(traces))
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
    assert repeated(notes) == []
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
        await answers(server.address)
        async with ready_database(server.address) as url, scene_at(url, tmp_path) as scene:
            await _crash(server, scene)


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
    await answers(scene.url)
    log.info("the server was away for %.1f s", time.monotonic() - down)
    before = await scene.completed()
    assert before < rounds * GRAPHS
    await scene.until_completed(rounds * GRAPHS)
    for worker in workers:
        await worker.end()
    notes = await scene.check(rounds * GRAPHS)
    assert repeated(notes) == []
    assert await scene.ask("select 1 from runs where claims > 1") == []


async def test_what_comes_for_runs_wakes_them_while_a_worker_dies(scene: Scene):
    """Questions, signals and times that are over, for runs that leave their worker all the time."""
    rounds = 15
    names = [name for name in all_cases() if name in ("waits", "months", "rounds")]
    await scene.queue_only(rounds, names)
    doomed, heir = await asyncio.gather(scene.worker("asking"), scene.worker("asking"))
    await scene.both_work()
    async with asyncio.timeout(PATIENCE):
        while not await scene.ask("select 1 from runs where status = 'waiting'"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    doomed.process.kill()
    await doomed.process.wait()
    await scene.until_completed(rounds * len(names))
    await heir.end()
    heard = await scene.ask("select convert_from(outputs, 'UTF8') as o, version from runs")
    expected = {"months": '["m",0,1,2,3]', "waits": '["w",1,2]'}
    versions = dict(enumerate(all_cases(), start=1))
    for outputs, version in heard:
        assert expected.get(versions[version], "") in outputs

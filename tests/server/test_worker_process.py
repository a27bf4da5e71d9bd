"""Workers as processes of their own: beside a server, stopped politely, killed by their runs."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from luban.client import Client
from luban.model.run import RunStatus, WaitKind
from luban.model.views import RunView
from tests.server.kit import environment, server
from tests.services.kit import CALCULATOR
from tests.warm import Process

BLOCKS = '''
"""Blocks that take their time, act once, or end their process."""
import asyncio
import os
import signal
import time

from luban.sdk import Context, Effect, block


@block(id="try.nap")
async def nap(seconds: float) -> float:
    await asyncio.sleep(seconds)
    return seconds


@block(id="try.doze")
def doze(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@block(id="try.act", effect=Effect.ONCE)
async def act(path: str) -> str:
    with open(path, "a") as file:
        file.write("acted\\n")
    await asyncio.sleep(0.2)
    return path


@block(id="try.kill")
async def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
'''


def alone(block: str, **given: Any) -> dict[str, Any]:
    return {"luban": 1, "name": block, "nodes": {"it": {"block": block, "with": given}}}


def prepare(folder: Path) -> dict[str, str]:
    """The blocks above in a folder; the variables of a server that finds them."""
    blocks = folder / "more"
    blocks.mkdir()
    (blocks / "trying.py").write_text(BLOCKS, encoding="utf-8")
    return {"LUBAN_BLOCKS_PATH": str(blocks)}


async def start(luban: Client, document: dict[str, Any]) -> RunView:
    agent = await luban.agents.create(document=document)
    return await luban.runs.start(agent.id)


async def until(luban: Client, run: str, kind: str) -> None:
    """Returns once the run's journal, or what is said of it, has an event of this kind."""
    async with asyncio.timeout(60):
        async for event in luban.runs.events(run):
            if event.kind == kind:
                return


async def stopped(luban: Client, run_id: str) -> RunView:
    """The run once it waits; nothing is said of that but in its record."""
    async with asyncio.timeout(60):
        for _ in range(600):
            run = await luban.runs.get(run_id)
            if run.status is RunStatus.WAITING:
                return run
            await asyncio.sleep(0.1)
    raise AssertionError(run_id)


@contextmanager
def worker(folder: Path, **more: str) -> Iterator[Process]:
    process = Process(["luban", "worker"], cwd=folder, env=environment(folder, **more))
    try:
        assert "takes runs" in process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


async def test_a_server_that_is_told_to_stop_hands_its_runs_back(tmp_path: Path):
    more, acts = prepare(tmp_path), tmp_path / "acts"
    with server(tmp_path, **more) as running:
        async with running.client() as luban:
            slow = [
                await start(luban, alone("try.nap", seconds=600)),
                await start(luban, alone("try.doze", seconds=600)),
            ]
            once = await start(luban, alone("try.act", path=str(acts)))
            await until(luban, once.id, "step_started")
        code, said = running.stop()
        assert code == 0, said
    with closing(sqlite3.connect(tmp_path / "home" / "luban.db")) as database:
        rows = dict(database.execute("select id, status from runs where worker is null"))
        assert [rows[run.id] for run in slow] == ["queued", "queued"]
    # The step that must not happen twice had a moment to end, and so is in no doubt.
    with server(tmp_path, **more) as running:
        async with running.client() as luban:
            assert (await luban.runs.wait(once.id, timeout=30)).status is RunStatus.COMPLETED
    assert acts.read_text() == "acted\n"


async def test_a_worker_beside_a_server_takes_its_runs(tmp_path: Path):
    with server(tmp_path, LUBAN_SLOTS="0") as running:
        async with running.client() as luban:
            agent = await luban.agents.create(document=CALCULATOR)
            run = await luban.runs.start(agent.id, {"a": 2, "b": 3})
            with worker(tmp_path) as process:
                ended = await luban.runs.wait(run.id, timeout=30)
                assert ended.outputs == {"result": 5}
            assert process.returncode == 0


async def test_a_run_that_kills_its_worker_is_isolated_and_then_left_alone(tmp_path: Path):
    more = prepare(tmp_path)
    run = ""
    for _ in range(2):  # it takes the whole server with it, until it is known for that
        with server(tmp_path, **more) as running:
            if not run:
                async with running.client() as luban:
                    run = await _start_killer(luban)
            running.process.communicate(timeout=60)
    with server(tmp_path, **more) as running:
        async with running.client() as luban:
            agent = await luban.agents.create(document=CALCULATOR)
            other = await luban.runs.start(agent.id, {"a": 2, "b": 3})
            assert (await luban.runs.wait(other.id, timeout=30)).outputs == {"result": 5}
            now = await stopped(luban, run)
            assert [wait.kind for wait in now.waiting_for] == [WaitKind.QUARANTINE]
            assert now.waiting_for[0].details == {"kills": 5}
            assert (await luban.runs.cancel(run)).status is RunStatus.CANCELLED


async def _start_killer(luban: Client) -> str:
    """Starts the run that kills; the server may be gone before it has answered."""
    agent = await luban.agents.create(document=alone("try.kill"))
    run = await luban.runs.start(agent.id)
    return run.id

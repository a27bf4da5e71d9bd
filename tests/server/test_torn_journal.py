"""A page of the journal was overwritten: what is lost with it is named, and the rest goes on."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from luban.model.run import RunStatus
from luban.server.settings import Settings
from luban.server.wiring import Home, open_home
from tests.services.kit import CALCULATOR, ME, agent_of, over

RUNS = 60
WAY_OUT = "luban db restore"


async def worked(settings: Settings) -> tuple[str, list[str]]:
    """An agent, and so many runs of it that their journal takes several pages."""
    async with open_home(settings) as home:
        agent_id = await agent_of(home, CALCULATOR)
        await home.worker.start()
        runs = [await started(home, agent_id) for _ in range(RUNS)]
        for run in runs:
            await over(home, run)
        return agent_id, runs


async def started(home: Home, agent_id: str) -> str:
    return (await home.house.runs.start(ME, agent_id, {"a": 1, "b": 2})).id


def tear(path: Path, *, newest: bool) -> None:
    """Overwrites the page with the newest rows, or with the oldest, whose run is then under way."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if not newest:
            connection.execute("delete from journal where kind = 'run_ended' and run = 1")
            connection.execute("update runs set status = 'queued', ended_at = null where seq = 1")
        connection.execute("pragma wal_checkpoint(truncate)")
        (size,) = connection.execute("pragma page_size").fetchone()
        (root,) = connection.execute(
            "select rootpage from sqlite_master where name = 'journal'"
        ).fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        page = file.read(size)
        assert page[0] == 5  # an inner page: the numbers of its children, the newest in its head
        oldest = int.from_bytes(page[12:14])
        child = page[8:12] if newest else page[oldest : oldest + 4]
        file.seek((int.from_bytes(child) - 1) * size)
        file.write(b"\xa5" * size)


async def test_the_run_in_the_torn_page_fails_and_names_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, blocks_path=())
    agent_id, runs = await worked(settings)
    tear(tmp_path / "luban.db", newest=False)
    async with open_home(settings) as home:
        await home.worker.start()
        new = await over(home, await started(home, agent_id))
        assert (new.status, new.outputs) == (RunStatus.COMPLETED, {"result": 3})
        assert (await home.house.runs.get(ME, runs[-1])).status is RunStatus.COMPLETED
        async with asyncio.timeout(20):
            while (torn := await home.house.runs.get(ME, runs[0])).ended_at is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert torn.status is RunStatus.FAILED
        assert torn.error is not None
        assert str(tmp_path / "luban.db") in torn.error["message"]
        assert WAY_OUT in torn.error["message"]


def named(records: Sequence[logging.LogRecord], path: Path) -> bool:
    said = [record.getMessage() for record in records]
    return any(str(path) in each and WAY_OUT in each for each in said)


async def test_without_the_newest_page_the_log_says_so_and_no_run_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No event can be added any more: the log says so, and runs wait for a file that is whole."""
    settings = Settings(home=tmp_path, blocks_path=())
    agent_id, _ = await worked(settings)
    tear(tmp_path / "luban.db", newest=True)
    async with open_home(settings) as home:
        await home.worker.start()
        new = await started(home, agent_id)
        async with asyncio.timeout(20):
            while not named(caplog.records, tmp_path / "luban.db"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    with closing(sqlite3.connect(tmp_path / "luban.db")) as connection:
        (status,) = connection.execute("select status from runs where id = ?", (new,)).fetchone()
        assert status in ("queued", "running")  # the next worker takes it up

"""A database of the first release is upgraded with its runs, while its workers go on."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio

from luban.model.run import RunStatus, Wait, WaitKind
from luban.storage import postgres
from luban.storage.migrations.upgrade import postgres_script, upgrade_sqlite
from luban.storage.sqlite import open_database
from tests.databases import command, fresh_database
from tests.storage.drafts import OWNER
from tests.storage.places import Store

RUNS = """
insert into runs (id, owner, agent_id, version, status, trigger_kind, inputs, waiting_for,
  created_at) values
  ('r_waits', 'local', 'a_1', 1, 'waiting', 'cli', '{}',
    '{"kind":"limit","limit":"steps","value":10}', 1),
  ('r_queued', 'local', 'a_1', 1, 'queued', 'cli', '{}', null, 1)"""
# What workers of the first release say when they claim, and when a run stands at its ceiling.
CLAIM = """
update runs set status = 'running', worker = 99, claims = claims + 1 where seq in (
  select seq from runs where status = 'queued' order by prio desc, vt, seq limit 1)"""
STAND = """
update runs set status = 'waiting', waiting_for = '{"kind":"limit","limit":"usd","value":2}',
  worker = null where worker = 99"""


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Made by the first release, upgraded, and then used once more by a worker of before."""
    if request.param == "sqlite":
        path = tmp_path / "luban.db"
        upgrade_sqlite(str(path), "0001")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(RUNS)
            opened = open_database(path)
            connection.execute(CLAIM)
            connection.execute(STAND)
        yield opened
        await opened.close()
    else:
        async with fresh_database(request.getfixturevalue("postgres_address")) as url:
            for statement in postgres_script(None, "0001").split(";\n"):
                await command(url, statement)
            await command(url, RUNS)
            there = await postgres.open_database(url)
            await command(url, CLAIM)
            await command(url, STAND)
            yield there
            await there.close()


@pytest.mark.parametrize(
    ("run", "details"),
    [("r_waits", {"limit": "steps", "value": 10}), ("r_queued", {"limit": "usd", "value": 2})],
)
async def test_a_run_at_its_ceiling_is_understood(
    upgraded: Store, run: str, details: dict[str, object]
) -> None:
    found = await upgraded.runs.find(OWNER, run)
    assert found is not None
    assert found.waiting_for == [Wait(kind=WaitKind.LIMIT, since=0.0, details=details)]
    assert await upgraded.runs.signal(OWNER, run, "signal:s", 1, 2.0)
    assert await upgraded.queue.wake() is None
    await upgraded.queue.register()
    assert await upgraded.queue.claim(9) == []
    assert await upgraded.runs.resume(OWNER, run, {"steps": 20}, 3.0)
    (claimed,) = await upgraded.queue.claim(9)
    assert (claimed.id, claimed.strikes, claimed.parent) == (run, 0, None)
    found = await upgraded.runs.find(OWNER, run)
    assert found is not None
    assert (found.status, found.waiting_for) == (RunStatus.RUNNING, [])

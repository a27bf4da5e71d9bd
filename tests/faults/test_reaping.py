"""Workers that bury others while runs change hands: nobody's run is taken who is alive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from luban.model.run import RunStatus
from luban.storage import postgres
from tests.databases import command, ready_database
from tests.storage.drafts import OWNER, queued

pytestmark = pytest.mark.network

_GIVE_BACK = "update runs set status = 'queued', worker = null"
_WAITS = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1"


@pytest.fixture
async def url(postgres_address: str) -> AsyncIterator[str]:
    async with ready_database(postgres_address) as address:
        yield address


async def test_a_run_that_a_new_worker_took_meanwhile_is_not_given_back(url: str):
    """Two bury one worker; a third, born while the second one's statement waits, has its run."""
    databases = [await postgres.open_database(url) for _ in range(3)]
    dead, reaper, heir = databases
    await queued(dead, "r_1")
    buried = await dead.queue.register()
    await dead.queue.claim(1)
    await reaper.queue.register()
    await command(url, "update workers set dead = 1 where id = $1", int(buried))

    quicker = await asyncpg.connect(url)
    transaction = quicker.transaction()
    await transaction.start()
    await quicker.execute(_GIVE_BACK)  # and is not done yet
    reaping = asyncio.create_task(reaper.queue.reap())
    name = url.rsplit("/", 1)[1]
    async with asyncio.timeout(30):
        while not (reaping.done() or await command(url, _WAITS, name)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    taken = int(await heir.queue.register())
    await quicker.execute("update runs set status = 'running', worker = $1", taken)
    await transaction.commit()
    await quicker.close()

    assert await reaping == []
    run = await heir.runs.find(OWNER, "r_1")
    assert run is not None
    assert run.status is RunStatus.RUNNING
    for database in databases:
        await database.close()

"""No event is lost to a kill, wherever it strikes between the run's end and the delivery."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.ports.stores import Slice
from luban.server.settings import Settings
from luban.server.wiring import open_home
from luban.services.webhooks import WebhookDraft
from luban.storage import postgres, sqlite
from tests.databases import ready_database
from tests.services.kit import ME
from tests.watching.receiver import receiver

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def database(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    async with ready_database(request.getfixturevalue("postgres_address")) as url:
        yield url


async def doomed(folder: Path, database: str, url: str, when: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.watching.doomed", str(folder), database, url, when,
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip


async def told(process: asyncio.subprocess.Process) -> tuple[str, str, str]:
    assert process.stdout is not None
    webhook, run, secret = (await process.stdout.readline()).decode().split()
    return webhook, run, secret


def settings(folder: Path, database: str) -> Settings:
    return Settings(home=folder, database_url=database, allow_hosts=("loopback",), blocks_path=())


async def end_leases(folder: Path, database: str) -> None:
    """As if the minute were over that a dead process has its deliveries for."""
    store = await (
        postgres.open_database(database)
        if database
        else asyncio.to_thread(sqlite.open_database, folder / "luban.db")
    )
    async with store.webhooks._database.transaction() as session:
        await session.execute("update deliveries set next_at = 0 where status = 'waiting'")
    await store.close()


async def test_killed_between_the_end_of_a_run_and_its_telling(
    tmp_path: Path, database: str
) -> None:
    async with receiver() as there:
        process = await doomed(tmp_path, database, there.url, "before")
        webhook, run, secret = await told(process)
        assert await process.wait() == -signal.SIGKILL
        assert there.got == []
        async with open_home(settings(tmp_path, database)) as home:
            assert await home.sending.send_due() == 1
            assert await home.sending.send_due() == 0
            found = await home.house.webhooks.deliveries(ME, webhook, Slice())
            assert [each.status for each in found.items] == ["delivered"]
        (message,) = there.got
        assert message.json["data"]["run_id"] == run and message.is_signed_with(secret)


async def test_killed_while_the_receiver_has_it(tmp_path: Path, database: str) -> None:
    async with receiver() as there, receiver(deaf=True) as deaf:
        process = await doomed(tmp_path, database, deaf.url, "during")
        webhook, run, _ = await told(process)
        await deaf.until(1)
        process.kill()
        await process.wait()
        async with open_home(settings(tmp_path, database)) as home:
            assert await home.sending.send_due() == 0  # it is the dead one's for a minute
        await end_leases(tmp_path, database)
        async with open_home(settings(tmp_path, database)) as home:
            await home.house.webhooks.change(ME, webhook, WebhookDraft(url=there.url))
            assert await home.sending.send_due() == 1
        (message,) = there.got
        assert message.id == deaf.got[0].id  # by which a receiver knows that it is the same
        assert message.json["data"]["run_id"] == run


async def test_many_processes_deliver_each_once(tmp_path: Path, database: str) -> None:
    async with receiver() as there:
        async with open_home(settings(tmp_path, database)) as home:
            made = await home.house.webhooks.create(ME, WebhookDraft(url=there.url))
            for _ in range(40):
                await home.house.webhooks.test(ME, made.webhook.id)
            async with (
                open_home(settings(tmp_path, database)) as second,
                open_home(settings(tmp_path, database)) as third,
            ):
                await asyncio.gather(*(each.sending.send_due() for each in (home, second, third)))
        assert len(there.got) == 40
        assert len({each.id for each in there.got}) == 40

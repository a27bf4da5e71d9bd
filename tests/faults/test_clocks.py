"""Workers whose clock is wrong, or is set while they work: the database says what time it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from luban.model.run import RunStatus
from luban.sdk import Context, TemporaryError, block
from luban.storage import postgres
from luban.storage.postgres.server_clock import ServerClock
from tests.databases import command, ready_database
from tests.engine.house import House
from tests.engine.kit import BLOCKS, graph_of
from tests.engine.test_rules import result

pytestmark = pytest.mark.network

DAY = 86_400.0
HOUR = 3_600.0
PATIENCE = 30.0
_NOW = "extract(epoch from clock_timestamp())::float8"


class WrongClock:
    """The clock of a machine that somebody set."""

    def __init__(self, skew: float = 0.0) -> None:
        self.skew = skew

    def now(self) -> float:
        return time.time() + self.skew

    def monotonic(self) -> float:
        return time.monotonic()


@block(id="sleeps")
async def sleeps(ctx: Context, seconds: float) -> float:
    began = time.monotonic()
    await ctx.sleep(seconds)
    return time.monotonic() - began


@block(id="tries")
async def tries(ctx: Context, seconds: float) -> int:
    if ctx.attempt < 2:
        raise TemporaryError("not yet", retry_after=seconds)
    return ctx.attempt


def alone(name: str, seconds: float) -> Any:
    node: dict[str, Any] = {"block": name, "with": {"seconds": seconds}}
    node["retry"] = {"attempts": 2, "delay": 0.01}
    return graph_of({"it": node, "out": result()}, ["it.result -> out.value"])


OpenWrong = Callable[[WrongClock], AbstractAsyncContextManager[House]]


@pytest.fixture
async def url(postgres_address: str) -> AsyncIterator[str]:
    async with ready_database(postgres_address) as address:
        yield address


@pytest.fixture
def open_wrong(url: str) -> OpenWrong:
    """A worker of a machine with this clock, on the one database."""

    @asynccontextmanager
    async def open_with(clock: WrongClock) -> AsyncIterator[House]:
        database = await postgres.open_database(url, clock=clock)
        house = House(database, BLOCKS.and_(sleeps, tries), clock=clock)
        try:
            yield house
        finally:
            await house.worker.stop()
            await database.close()

    return open_with


@pytest.mark.parametrize("skew", [-DAY, DAY])
@pytest.mark.parametrize("name", ["sleeps", "tries"])
async def test_a_parked_run_wakes_by_the_clock_of_the_database(
    skew: float, name: str, url: str, open_wrong: OpenWrong
):
    async with open_wrong(WrongClock(skew)) as house:
        await house.worker.start()
        run = await house.enqueue(alone(name, HOUR))
        async with asyncio.timeout(PATIENCE):
            while (await house.get(run.id)).status is not RunStatus.WAITING:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        (row,) = await command(url, f"select wake_at - {_NOW} as due from runs")
        assert HOUR - PATIENCE < row["due"] <= HOUR + 0.5
        assert await house.database.queue.wake() == pytest.approx(row["due"], abs=PATIENCE)
        assert (await house.get(run.id)).status is RunStatus.WAITING


@pytest.mark.parametrize("jump", [-DAY, DAY])
async def test_a_short_sleep_is_as_long_as_it_should_be_when_the_clock_is_set_meanwhile(
    jump: float, open_wrong: OpenWrong
):
    clock = WrongClock()
    async with open_wrong(clock) as house:
        await house.worker.start()
        run = await house.enqueue(alone("sleeps", 1.0))
        async with asyncio.timeout(PATIENCE):
            while not any(row.kind == "child_started" for row in await _rows(house, run.id)):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            clock.skew += jump
            ended = await house.ended(run.id)
        assert ended.status is RunStatus.COMPLETED, ended
        assert 0.99 <= ended.outputs["out"] <= PATIENCE


async def test_workers_with_clocks_a_day_apart_do_not_bury_each_other(open_wrong: OpenWrong):
    async with open_wrong(WrongClock(DAY)) as early, open_wrong(WrongClock(-DAY)) as late:
        for house in (early, late):
            await house.database.queue.register()
        await early.enqueue(alone("sleeps", 0.0))
        (claimed,) = await late.database.queue.claim(1)
        assert await early.database.queue.reap() == []
        await late.database.queue.renew()
        assert claimed.claims == 1


async def _rows(house: House, run: str) -> Any:
    return await house.database.journal.read(run)


async def test_the_quickest_reading_of_late_counts():
    clock = WrongClock(DAY)
    told = ServerClock(clock)
    truth = time.time()
    told.told(truth, time.monotonic())
    assert told.now() == pytest.approx(truth, abs=5)
    told.told(truth + 100, time.monotonic() - 60)  # an answer that took a minute says little
    assert told.now() == pytest.approx(truth, abs=5)
    clock.skew = -DAY
    assert told.now() == pytest.approx(truth, abs=5)

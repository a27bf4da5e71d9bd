"""Rates are counted alike in this process and in Redis, and Redis may go away."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator

import pytest

from luban.ports.clock import SystemClock
from luban.ports.rates import Rate, RateStore
from luban.storage.rates import FallbackRates, MemoryRates
from luban.storage.rates.redis import RedisRates
from tools import servers


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.network)])
async def rates(request: pytest.FixtureRequest) -> AsyncIterator[RateStore]:
    store: RateStore
    if request.param == "memory":
        store = MemoryRates(SystemClock())
    else:
        store = RedisRates(request.getfixturevalue("redis_address"))
    yield store
    await store.aclose()


def key() -> str:
    return f"test:{uuid.uuid4().hex}"


async def test_as_many_pass_as_the_rate_says_and_no_more(rates: RateStore) -> None:
    name, rate = key(), Rate(5, 3600)
    left = [(await rates.take(name, rate)).left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    refused = await rates.take(name, rate)
    assert refused.left == 0
    assert 700 < refused.again <= 720
    assert 3590 < refused.full <= 3600


async def test_what_was_used_comes_back_evenly(rates: RateStore) -> None:
    name, rate = key(), Rate(4, 0.4)
    for _ in range(4):
        assert not (await rates.take(name, rate)).again
    refused = await rates.take(name, rate)
    assert 0 < refused.again <= 0.1
    await asyncio.sleep(refused.again)
    assert not (await rates.take(name, rate)).again


async def test_a_refusal_uses_nothing_up(rates: RateStore) -> None:
    name, rate = key(), Rate(1, 3600)
    await rates.take(name, rate)
    waits = [(await rates.take(name, rate)).again for _ in range(20)]
    assert max(waits) <= 3600


async def test_looking_uses_nothing_up_either(rates: RateStore) -> None:
    name, rate = key(), Rate(2, 3600)
    assert [(await rates.look(name, rate)).left for _ in range(3)] == [2, 2, 2]
    await rates.take(name, rate)
    assert (await rates.look(name, rate)).left == 1
    await rates.take(name, rate)
    assert (await rates.look(name, rate)).again > 0


async def test_each_key_has_its_own(rates: RateStore) -> None:
    rate = Rate(1, 3600)
    assert not (await rates.take(key(), rate)).again
    assert not (await rates.take(key(), rate)).again


async def test_of_many_at_once_exactly_as_many_pass(rates: RateStore) -> None:
    name, rate = key(), Rate(10, 3600)
    answers = await asyncio.gather(*(rates.take(name, rate) for _ in range(60)))
    assert sum(not each.again for each in answers) == 10


async def test_strangers_do_not_fill_the_memory() -> None:
    store, rate = MemoryRates(Hands(), most_keys=100), Rate(1, 60)
    for number in range(1000):
        await store.take(f"address:{number}", rate)
    assert len(store._back) == 100


@pytest.mark.network
async def test_without_redis_each_process_counts_for_itself_and_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Hands()
    with servers.private("redis") as redis:
        if redis is None:
            pytest.skip("redis-server is missing on this machine")
        store = FallbackRates(RedisRates(redis.address), MemoryRates(clock), clock)
        name, rate = key(), Rate(3, 3600)
        await store.take(name, rate)
        redis.process.kill()
        redis.process.wait()
        caplog.set_level(logging.INFO)
        answers = []
        for _ in range(4):
            answers.append(await store.take(name, rate))
            clock.at += 6
        assert [bool(each.again) for each in answers] == [False, False, False, True]
        assert [each.levelname for each in caplog.records] == ["WARNING"]
        assert "Redis cannot be reached" in caplog.text

        redis.process = servers.SERVERS["redis"].start(redis.folder, redis.port) or redis.process
        assert redis.comes_up()
        clock.at += 6
        assert not (await store.take(name, rate)).again
        assert "Redis is back" in caplog.text
        await store.aclose()

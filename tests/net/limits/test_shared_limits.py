"""Calls of many runs to real servers that say "not now"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from luban.net import AllowList, GuardedHttp
from luban.net.limits import LimitedHttp, LimitSettings, SharedLimits
from luban.net.limits.limited_http import origin
from luban.ports.limits import LimitRow, LimitStore, Requester
from luban.storage.errors import StorageBusy
from luban.storage.memory import MemoryDatabase
from tests.net.limits.door import Door, at_date, in_seconds, standing

Ask = Callable[..., Any]


class Callers:
    """Runs of one process, each with its own HTTP, all with the same limits."""

    def __init__(self, limits: dict[str, Any]) -> None:
        self.http = GuardedHttp(AllowList.parse("loopback"))
        self.limits = SharedLimits(
            MemoryDatabase().limits, LimitSettings.read(limits), jitter=lambda: 0.0
        )
        self.said: list[str] = []

    async def ask(self, url: str, run: str = "r_1", owner: str = "ann") -> int:
        requester = Requester(owner, run, self.said.append)
        limited = LimitedHttp(self.http, self.limits, requester)
        return (await limited.request("GET", url)).status

    async def aclose(self) -> None:
        await self.limits.aclose()
        await self.http.aclose()


class Failing:
    """A store that is away for some time."""

    def __init__(self, store: LimitStore, failures: int) -> None:
        self.store = store
        self.failures = failures
        self.tell = store.tell
        self.on_news = store.on_news

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageBusy(place="here", seconds=1)

    async def read(self) -> tuple[float, list[LimitRow]]:
        self._fail()
        return await self.store.read()

    async def change(self, key: str, decide: Any) -> Any:
        self._fail()
        return await self.store.change(key, decide)


@asynccontextmanager
async def calling(limits: dict[str, Any] | None = None) -> AsyncIterator[Callers]:
    callers = Callers(limits or {})
    yield callers
    await callers.aclose()


@pytest_asyncio.fixture
async def callers() -> AsyncIterator[Callers]:
    async with calling() as made:
        yield made


@pytest.mark.parametrize("header", [in_seconds(2), at_date(2)], ids=["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
async def test_after_a_refusal_every_run_waits_as_long_as_was_asked(
    callers: Callers, header: str, status: int
) -> None:
    async with standing(Door([header], status)) as door:
        assert await callers.ask(door.url) == status  # who got it decides itself what to do
        assert callers.limits.uses()[0].blocked_seconds > 0
        assert await callers.ask(door.url, "r_2", "bob") == 200
        (waited,) = door.after(door.refused_at[0])
        assert waited >= 1.99
        assert callers.said[0].startswith("waits for 127.0.0.1:")
        assert callers.said[-1] == ""


async def test_other_addresses_do_not_wait(callers: Callers) -> None:
    async with standing(Door([in_seconds(60)])) as door, standing(Door()) as other:
        assert await callers.ask(door.url) == 429
        assert await callers.ask(other.url) == 200


async def test_a_server_that_is_down_without_asking_for_time_stops_nobody(
    callers: Callers,
) -> None:
    async with standing(Door([""], 503)) as door:
        assert await callers.ask(door.url) == 503
        assert await callers.ask(door.url) == 200
        assert callers.limits.uses() == []


async def test_after_the_wait_calls_come_at_a_lower_rate(callers: Callers) -> None:
    async with standing(Door([in_seconds(1)])) as door:
        assert await callers.ask(door.url) == 429
        await asyncio.gather(*(callers.ask(door.url) for _ in range(3)))
        first, *_, last = door.after(door.refused_at[0])
        assert last - first >= 1.8  # one a second, and a little faster all the time


async def test_a_run_with_many_calls_does_not_starve_another() -> None:
    async with (
        standing(Door(hold=0.005)) as door,
        calling({"127.0.0.1": {"concurrent": 1}}) as callers,
    ):
        big = [asyncio.create_task(callers.ask(f"{door.url}/big", "r_big")) for _ in range(200)]
        while callers.limits.uses()[0:1] == [] or callers.limits.uses()[0].waiting < 150:  # noqa: ASYNC110
            await asyncio.sleep(0)
        came = len(door.came)
        assert await callers.ask(f"{door.url}/small", "r_small") == 200
        place = [target for target, _ in door.came].index("/small")
        assert place - came <= 3
        await asyncio.gather(*big)
        assert door.most_inside == 1


async def test_a_cancelled_call_gives_its_turn_away(callers: Callers) -> None:
    async with (
        standing(Door(hold=0.005)) as door,
        calling({"127.0.0.1": {"concurrent": 1, "requests_per_minute": 6000}}) as limited,
    ):
        tasks = [asyncio.create_task(limited.ask(f"{door.url}/{n}")) for n in range(20)]
        while not door.came:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [each for each in done if each == 200] == [200] * 10
        assert [use.waiting + use.in_flight for use in limited.limits.uses()] in ([], [0])


async def test_who_closes_lets_go_of_what_it_held() -> None:
    store = MemoryDatabase().limits
    settings = LimitSettings.read({"a.test": {"concurrent": 2}})
    limits = SharedLimits(store, settings)
    async with limits.pass_(origin("https://a.test/"), Requester()):
        (row,) = (await store.read())[1]
        assert [share.slots for share in row.shares.values()] == [2]
    await limits.aclose()
    assert (await store.read())[1] == []


async def test_a_storage_that_fails_is_asked_again() -> None:
    store = Failing(MemoryDatabase().limits, failures=3)
    limits = SharedLimits(store, LimitSettings.read({"a.test": {"concurrent": 2}}))
    async with limits.pass_(origin("https://a.test/"), Requester()) as passing:
        store.failures = 1
        await passing.refused(0.1)
    assert store.failures == 0
    await limits.aclose()


async def test_without_limits_a_thousand_calls_need_no_row(callers: Callers) -> None:
    async with standing(Door()) as door:
        await asyncio.gather(*(callers.ask(door.url) for _ in range(100)))
        assert callers.limits.uses() == []

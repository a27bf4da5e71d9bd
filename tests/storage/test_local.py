"""Live events may be lost by a slow reader; that the journal grew may not."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from luban.model.events import to_row
from luban.ports.bus import Live
from luban.storage.local import LocalBell, LocalBus
from tests.storage.drafts import queued
from tests.storage.places import STEP, Store

SOON, NEVER = 0.01, 30.0


def delta(number: int) -> Live:
    return Live("step_delta", {"number": number})


async def test_every_listener_of_the_run_hears(store: Store) -> None:
    bus = LocalBus()
    assert not bus.watched("r_1")
    async with bus.listen("r_1") as one, bus.listen("r_1") as two, bus.listen("r_2") as stranger:
        assert bus.watched("r_1")
        bus.publish("r_1", delta(1))
        bus.publish("r_1", delta(2))
        assert await one.next(NEVER) == [delta(1), delta(2)] == await two.next(NEVER)
        assert await stranger.next(SOON) == []
    assert not bus.watched("r_1")
    bus.publish("r_1", delta(3))  # to nobody


async def test_a_waiting_listener_is_woken_at_once() -> None:
    bus = LocalBus()
    async with bus.listen("r_1") as listener:
        hearing = asyncio.create_task(listener.next(NEVER))
        await asyncio.sleep(0)
        bus.publish("r_1", delta(1))
        assert await hearing == [delta(1)]
        growing = asyncio.create_task(listener.next(NEVER))
        await asyncio.sleep(0)
        bus.journal_grew("r_1")
        assert await growing == []


async def test_an_empty_answer_before_its_time_says_the_journal_grew() -> None:
    bus = LocalBus()
    async with bus.listen("r_1") as listener:
        bus.journal_grew("r_1")
        begun = monotonic()
        assert await listener.next(NEVER) == []
        assert monotonic() - begun < NEVER / 2
        begun = monotonic()
        assert await listener.next(SOON) == []
        assert monotonic() - begun >= SOON * 0.9


async def test_a_slow_listener_loses_the_oldest_and_never_the_journal() -> None:
    bus = LocalBus(buffer=3)
    async with bus.listen("r_1") as listener:
        bus.journal_grew("r_1")
        for number in range(10):
            bus.publish("r_1", delta(number))
        assert await listener.next(NEVER) == [delta(7), delta(8), delta(9)]
        assert await listener.next(NEVER) == []


async def test_what_is_said_in_passing_goes_first() -> None:
    bus = LocalBus(buffer=3)
    begun = Live("step_started", {"node": "a"})
    async with bus.listen("r_1") as listener:
        for live in (begun, delta(1), begun, delta(2), delta(3)):
            bus.publish("r_1", live)
        assert await listener.next(NEVER) == [begun, begun, delta(3)]
        for _ in range(5):
            bus.publish("r_1", begun)
        assert await listener.next(NEVER) == [begun] * 3


async def test_a_slow_listener_costs_little_however_long_the_texts() -> None:
    bus = LocalBus()
    long = Live("step_delta", {"text": "x" * 100_000})
    async with bus.listen("r_1") as listener:
        for _ in range(500):
            bus.publish("r_1", long)
        assert 1 <= len(await listener.next(NEVER)) <= 10


async def test_the_journal_has_its_turn_however_much_is_said() -> None:
    bus = LocalBus()
    async with bus.listen("r_1") as listener:
        bus.journal_grew("r_1")
        answers: list[list[Live]] = []
        for number in range(4):
            bus.publish("r_1", delta(number))
            answers.append(await listener.next(NEVER))
        assert answers == [[delta(0)], [], [delta(1), delta(2)], [delta(3)]]


async def test_subscribing_then_reading_misses_no_row(store: Store) -> None:
    """What an event stream does: listen first, then read, then read again whenever told."""
    bus = LocalBus(buffer=2)
    await queued(store, "r_1")
    await store.queue.register()
    await store.queue.claim(1)
    total = 200

    async def work() -> None:
        for number in range(total):
            await store.journal.commit([to_row("r_1", STEP._replace(iteration=number))], [])
            bus.publish("r_1", delta(number))
            bus.journal_grew("r_1")
            await asyncio.sleep(0)

    async def follow() -> list[int]:
        seen: list[int] = []
        last = 0
        async with bus.listen("r_1") as listener:
            while len(seen) < total:
                for row in await store.journal.read("r_1", after=last, limit=7):
                    last = row.id
                    seen.append(row.iteration)
                while len(seen) < total and await listener.next(SOON):
                    pass
        return seen

    working = asyncio.create_task(work())
    followers = await asyncio.gather(*(follow() for _ in range(3)))
    await working
    assert followers == [list(range(total))] * 3


async def test_a_ring_is_heard_by_who_waits_and_kept_for_who_comes() -> None:
    bell = LocalBell()
    waiting = [asyncio.create_task(bell.wait(NEVER)) for _ in range(2)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.gather(*waiting)
    bell.ring()
    await bell.wait(NEVER)
    begun = monotonic()
    await bell.wait(SOON)
    assert monotonic() - begun >= SOON * 0.9


async def test_a_ring_does_not_hide_that_its_waiter_was_cancelled():
    bell = LocalBell()
    waiter = asyncio.create_task(bell.wait(60))
    await asyncio.sleep(0)
    bell.ring()
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter

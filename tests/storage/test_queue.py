"""A run is on one worker at a time, and on none that is dead."""

from __future__ import annotations

import asyncio
import time

import pytest

from luban.model.events import from_row, to_row
from luban.model.run import RunStatus
from luban.ports.journal import Fenced, RunChange
from tests.storage.drafts import OWNER, queued
from tests.storage.places import STEP, Place, Store


async def status(store: Store, run: str) -> RunStatus:
    found = await store.runs.find(OWNER, run)
    assert found is not None
    return found.status


async def test_the_store_says_what_time_it_is(store: Store) -> None:
    await store.queue.register()
    before = store.queue.now()
    assert before == pytest.approx(time.time(), abs=60)
    await store.queue.wake()
    assert before <= store.queue.now() + 1 <= before + 60


async def test_a_claim_takes_the_oldest_first_and_tells_all(store: Store) -> None:
    await queued(store, "r_b", "r_a", "r_c", inputs={"x": [1, "二"]}, version=3)
    await store.queue.register()
    first, second = await store.queue.claim(2)
    assert (first.id, second.id) == ("r_b", "r_a")
    assert (first.owner, first.agent_id, first.version) == (OWNER, "a_1", 3)
    assert (first.inputs, first.claims) == ({"x": [1, "二"]}, 1)
    assert not first.cancel_requested
    assert await status(store, "r_b") is RunStatus.RUNNING
    assert await status(store, "r_c") is RunStatus.QUEUED
    run = await store.runs.find(OWNER, "r_b")
    assert run is not None
    assert run.started_at is not None


async def test_a_claim_can_name_its_run(store: Store) -> None:
    await queued(store, "r_1", "r_2")
    await store.queue.register()
    assert [run.id for run in await store.queue.claim(10, only="r_2")] == ["r_2"]
    assert await store.queue.claim(10, only="r_2") == []
    assert [run.id for run in await store.queue.claim(10)] == ["r_1"]
    assert await store.queue.claim(10) == []


async def test_two_workers_never_claim_the_same_run(store: Store, other: Store) -> None:
    ids = [f"r_{n:03}" for n in range(100)]
    await queued(store, *ids)
    first, second = await store.queue.register(), await other.queue.register()
    assert first != second

    async def take(queue: Store) -> list[str]:
        taken: list[str] = []
        while runs := await queue.queue.claim(3):
            taken += [run.id for run in runs]
            await asyncio.sleep(0)
        return taken

    mine, theirs = await asyncio.gather(take(store), take(other))
    assert sorted(mine + theirs) == ids
    assert mine
    assert theirs


async def test_a_killed_workers_run_goes_on_elsewhere(place: Place, store: Store) -> None:
    await queued(store, "r_1", "r_2")
    await store.queue.register()
    dead = await place.die_holding("r_1")
    assert await status(store, "r_1") is RunStatus.RUNNING
    assert await store.queue.reap() == ["r_1"]
    assert await store.queue.reap() == []
    (run,) = await store.queue.claim(1)
    assert (run.id, run.claims) == ("r_1", 2)
    assert [from_row(*row[1:]) for row in await store.journal.read("r_1")] == [STEP]
    await store.journal.commit([], [RunChange("r_1", RunStatus.COMPLETED, 1, 2.0, {})])
    assert dead != await store.queue.register()


async def test_the_living_are_not_reaped(store: Store, other: Store) -> None:
    await queued(store, "r_1")
    await store.queue.register()
    await other.queue.register()
    await store.queue.claim(1)
    assert await other.queue.reap() == []
    assert await store.queue.reap() == []
    await store.journal.commit([to_row("r_1", STEP)], [])


async def test_anybody_may_reap(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await place.die_holding("r_1")
    assert await store.queue.reap() == ["r_1"]  # without being a worker itself


async def test_leaving_hands_back_and_fences(store: Store, other: Store) -> None:
    await queued(store, "r_1", "r_2", "r_3")
    await store.queue.register()
    await store.queue.claim(2)
    await store.journal.commit(
        [to_row("r_1", STEP)], [RunChange("r_2", RunStatus.COMPLETED, 1, 2.0, {})]
    )
    await store.queue.unregister()
    assert await status(store, "r_1") is RunStatus.QUEUED
    assert await status(store, "r_2") is RunStatus.COMPLETED
    with pytest.raises(Fenced):
        await store.journal.commit([to_row("r_1", STEP)], [])
    with pytest.raises(Fenced):
        await store.queue.claim(1)
    await other.queue.register()
    assert [run.id for run in await other.queue.claim(5)] == ["r_1", "r_3"]
    await store.queue.unregister()  # twice is as good as once


async def test_who_lives_may_say_so_and_who_left_may_not(store: Store) -> None:
    await queued(store, "r_1")
    await store.queue.register()
    await store.queue.renew()
    assert not store.queue.doubtful
    assert store.queue.rhythm > 0
    await store.queue.unregister()
    with pytest.raises(Fenced):
        await store.queue.renew()


async def test_a_worker_may_come_back_with_a_new_identity(store: Store) -> None:
    await queued(store, "r_1")
    first = await store.queue.register()
    await store.queue.unregister()
    assert await store.queue.register() != first
    assert [run.id for run in await store.queue.claim(1)] == ["r_1"]


async def test_cancelling_reaches_the_worker_that_holds_the_run(store: Store, other: Store) -> None:
    await queued(store, "r_1", "r_2")
    await store.queue.register()
    await other.queue.register()
    await store.queue.claim(1)
    await other.queue.claim(1)
    assert await store.queue.nudged() == []
    assert await store.runs.request_cancel(OWNER, "r_1", 5.0)
    (nudged,) = await store.queue.nudged()
    assert (nudged.run, nudged.cancel_requested, nudged.pause_requested) == ("r_1", True, False)
    assert await other.queue.nudged() == []
    assert await status(store, "r_1") is RunStatus.RUNNING
    await store.journal.commit([], [RunChange("r_1", RunStatus.CANCELLED, 0, 6.0, {})])
    assert await store.queue.nudged() == []


async def test_a_cancellation_outlives_the_worker(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await place.die_holding("r_1")
    await store.runs.request_cancel(OWNER, "r_1", 5.0)
    await store.queue.register()
    await store.queue.reap()
    (run,) = await store.queue.claim(1)
    assert run.cancel_requested

"""A run that waits needs no worker, and nothing that comes for it is lost."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from luban.model.events import RunPaused, RunResumed, StepFinished, from_row, to_row
from luban.model.run import Run, RunOptions, RunStatus, Wait, WaitKind
from luban.ports.journal import ClaimedRun, Fenced, Parking, RunChange
from luban.ports.stores import Slice
from tests.storage.drafts import OWNER, STRANGER, draft, queued
from tests.storage.places import STEP, Store

SLEEP = Wait(kind=WaitKind.SLEEP, node="a", since=1.0, until=2.0)
ASK = Wait(kind=WaitKind.ASK, node="b", key="0", since=1.0, details={"id": "r_1.0", "choices": []})
LIMIT = Wait(kind=WaitKind.LIMIT, since=1.0, details={"limit": "steps", "value": 3})
LONG_AGO, SOME_DAY = 1.0, 1e11


async def found(store: Store, run: str) -> Run:
    run_ = await store.runs.find(OWNER, run)
    assert run_ is not None
    return run_


async def working(store: Store, *runs: str) -> list[ClaimedRun]:
    await queued(store, *runs)
    await store.queue.register()
    return await store.queue.claim(len(runs))


def parking(run: str, nudge: int = 0, wake_at: float | None = None, *waits: Wait) -> Parking:
    return Parking(run, nudge, wake_at, [wait.model_dump() for wait in waits], len(waits))


async def parked(store: Store, *runs: str, wake_at: float | None = None, **more: Any) -> None:
    await working(store, *runs)
    parkings = [parking(run, 0, wake_at, ASK) for run in runs]
    assert await store.queue.park(parkings) == set(runs)


async def test_parking_gives_runs_up_and_says_what_they_wait_for(store: Store) -> None:
    await working(store, "r_1", "r_2", "r_3")
    left = await store.queue.park([parking("r_1", 0, SOME_DAY, SLEEP, ASK), parking("r_2")])
    assert left == {"r_1", "r_2"}
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.WAITING, [SLEEP, ASK])
    assert (await found(store, "r_3")).status is RunStatus.RUNNING
    await store.journal.commit([to_row("r_3", STEP)], [])
    with pytest.raises(Fenced):
        await store.journal.commit([to_row("r_1", STEP)], [])


async def test_asking_twice_to_park_says_the_same(store: Store, other: Store) -> None:
    await working(store, "r_1", "r_2")
    asked = [parking("r_1", 0, LONG_AGO), parking("r_2")]
    assert await store.queue.park(asked) == {"r_1", "r_2"}
    await other.queue.register()
    await other.queue.wake()
    assert [run.id for run in await other.queue.claim(9)] == ["r_1"]
    assert await store.queue.park(asked) == {"r_1", "r_2"}
    assert (await found(store, "r_1")).status is RunStatus.RUNNING


async def test_nobody_parks_without_being_registered(store: Store) -> None:
    with pytest.raises(Fenced):
        await store.queue.park([parking("r_1")])


async def test_a_run_nudged_meanwhile_stays(store: Store) -> None:
    first, second = await working(store, "r_1", "r_2")
    assert await store.runs.signal(OWNER, "r_1", "signal:paid", 5, 2.0)
    assert await store.queue.park([parking("r_1", first.nudge), parking("r_2", second.nudge)]) == {
        "r_2"
    }
    assert (await found(store, "r_1")).status is RunStatus.RUNNING
    await store.journal.commit([to_row("r_1", STEP)], [])
    (nudged,) = await store.queue.nudged()
    assert await store.queue.park([parking("r_1", nudged.nudge)]) == {"r_1"}
    assert await store.queue.nudged() == []


async def test_only_what_is_due_wakes(store: Store, other: Store) -> None:
    await queued(store, "r_due", "r_later", "r_never")
    await store.queue.register()
    await store.queue.claim(3)
    later = time.time() + 1000
    await store.queue.park([parking("r_due", 0, LONG_AGO, SLEEP), parking("r_never", 0, None, ASK)])
    assert await other.queue.wake() is None  # without being a worker itself
    await store.queue.park([parking("r_later", 0, later, SLEEP)])
    due = await other.queue.wake()
    assert due is not None
    assert 900 < due <= 1000
    await other.queue.register()
    (claimed,) = await other.queue.claim(5)
    assert (claimed.id, claimed.claims, claimed.nudge) == ("r_due", 2, 0)
    assert (await found(store, "r_due")).waiting_for == [SLEEP]  # until its worker says otherwise


async def test_a_signal_wakes_a_parked_run(store: Store, other: Store) -> None:
    await parked(store, "r_1", wake_at=SOME_DAY)
    assert await other.runs.signal(OWNER, "r_1", "answer:r_1.0", {"choice": "yes"}, 2.0)
    assert (await found(store, "r_1")).status is RunStatus.QUEUED
    assert await store.queue.wake() is None
    (claimed,) = await store.queue.claim(1)
    assert claimed.nudge == 1
    assert await store.queue.nudged() == []  # nothing since
    (signal,) = await store.queue.signals("r_1")
    assert (signal.key, signal.data) == ("answer:r_1.0", {"choice": "yes"})


async def test_signals_come_in_order_and_can_be_read_on(store: Store) -> None:
    await queued(store, "r_1", "r_2")
    for n in range(5):
        await store.runs.signal(OWNER, "r_1", f"signal:{n}", n, 2.0)
        await store.runs.signal(OWNER, "r_2", "signal:x", None, 2.0)
    signals = await store.queue.signals("r_1")
    assert [(each.key, each.data) for each in signals] == [(f"signal:{n}", n) for n in range(5)]
    assert await store.queue.signals("r_1", after=signals[2].id) == signals[3:]
    assert await store.queue.signals("r_none") == []


async def test_a_signal_with_one_key_is_kept_once(store: Store, other: Store) -> None:
    await working(store, "r_1")
    sent = await asyncio.gather(
        *(
            each.runs.signal(OWNER, "r_1", "answer:q", n, 2.0, once="q")
            for n, each in enumerate([store, other] * 4)
        )
    )
    assert all(sent)
    assert len(await store.queue.signals("r_1")) == 1
    before = await store.queue.nudged()
    assert await other.runs.signal(OWNER, "r_1", "answer:q", 9, 3.0, once="q")
    assert await store.queue.nudged() == before
    assert await other.runs.signal(OWNER, "r_1", "signal:s", 1, 3.0)
    assert await other.runs.signal(OWNER, "r_1", "signal:s", 1, 3.0)
    assert len(await store.queue.signals("r_1")) == 3


async def test_a_run_that_is_over_takes_no_signals(store: Store) -> None:
    await working(store, "r_1")
    await store.journal.commit([], [RunChange("r_1", RunStatus.COMPLETED, 1, 2.0, {})])
    assert not await store.runs.signal(OWNER, "r_1", "signal:s", 1, 3.0)
    assert not await store.runs.signal(OWNER, "r_none", "signal:s", 1, 3.0)
    assert await store.queue.signals("r_1") == []


async def test_no_signal_is_lost_to_a_run_that_is_being_parked(store: Store, other: Store) -> None:
    """Whatever comes first, the run is queued with its signal, or its worker is told."""
    ids = [f"r_{n:02}" for n in range(40)]
    await working(store, *ids)
    outcomes = await asyncio.gather(
        *(
            act
            for run in ids
            for act in (
                store.queue.park([parking(run)]),
                other.runs.signal(OWNER, run, "signal:s", run, 2.0),
            )
        )
    )
    assert all(outcomes[1::2])
    told = {nudged.run for nudged in await store.queue.nudged()}
    for run, left in zip(ids, outcomes[::2], strict=True):
        assert left in (set(), {run})
        status = (await found(store, run)).status
        assert status is (RunStatus.QUEUED if left else RunStatus.RUNNING)
        assert (run in told) is not bool(left)
        assert [each.data for each in await store.queue.signals(run)] == [run]


async def test_a_run_at_its_ceiling_keeps_signals_and_stands(store: Store) -> None:
    await working(store, "r_1")
    change = RunChange(
        "r_1", RunStatus.WAITING, 3, 2.0, waiting_for=[LIMIT.model_dump(), ASK.model_dump()], asks=1
    )
    await store.journal.commit([], [change])
    assert await store.runs.signal(OWNER, "r_1", "answer:r_1.0", "yes", 3.0)
    assert (await found(store, "r_1")).status is RunStatus.WAITING
    assert await store.queue.wake() is None
    assert await store.queue.claim(1) == []
    assert [run.id for run in (await store.runs.asking(OWNER, Slice())).items] == ["r_1"]
    assert await store.runs.resume(OWNER, "r_1", {"steps": 9}, 4.0)
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.QUEUED, [ASK])
    (claimed,) = await store.queue.claim(1)
    assert claimed.nudge == 2
    assert len(await store.queue.signals("r_1")) == 1


async def test_a_parked_run_is_not_resumed_but_ends_when_cancelled(store: Store) -> None:
    await parked(store, "r_1", wake_at=LONG_AGO)
    assert not await store.runs.resume(OWNER, "r_1", {}, 3.0)
    assert await store.runs.request_cancel(OWNER, "r_1", 4.0)
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.CANCELLED, [])
    assert await store.queue.wake() is None
    assert (await store.runs.asking(OWNER, Slice())).total == 0
    assert not await store.runs.signal(OWNER, "r_1", "signal:s", 1, 5.0)


async def test_a_run_cancelled_while_it_comes_to_stand_still_goes_to_a_worker(
    store: Store, other: Store
) -> None:
    await working(store, "r_1")
    await other.runs.request_cancel(OWNER, "r_1", 2.0)
    change = RunChange("r_1", RunStatus.WAITING, 3, 2.0, waiting_for=[LIMIT.model_dump()])
    await store.journal.commit([], [change])
    (claimed,) = await store.queue.claim(1)
    assert claimed.cancel_requested


async def test_what_a_running_run_waits_for_and_took_is_seen(store: Store) -> None:
    await working(store, "r_1")
    waits = [ASK.model_dump(), SLEEP.model_dump()]
    await store.journal.commit(
        [], [RunChange("r_1", RunStatus.RUNNING, 2, 2.0, None, None, None, waits, 1, 70, 0.25)]
    )
    run = await found(store, "r_1")
    assert (run.waiting_for, run.tokens, run.usd) == ([ASK, SLEEP], 70, 0.25)
    assert [each.id for each in (await store.runs.asking(OWNER, Slice())).items] == ["r_1"]
    assert (await store.runs.asking(STRANGER, Slice())).items == []
    await store.journal.commit(
        [], [RunChange("r_1", RunStatus.COMPLETED, 3, 3.0, {}, None, None, None, 1, 90, 0.5)]
    )
    run = await found(store, "r_1")
    assert (run.waiting_for, run.tokens, run.usd) == ([], 90, 0.5)
    assert (await store.runs.asking(OWNER, Slice())).total == 0


async def test_pages_of_runs_that_ask(store: Store) -> None:
    await parked(store, *(f"r_{n}" for n in range(5)))
    await queued(store, "r_none")
    page = await store.runs.asking(OWNER, Slice(2, 2))
    assert ([run.id for run in page.items], page.total) == (["r_2", "r_1"], 5)


async def test_a_draft_is_stored_whole_and_claimed_whole(store: Store) -> None:
    options = RunOptions(pinned={"a": {"out": [1]}}, simulate=True, recorded="r_0")
    made = await store.runs.create(
        draft("r_1", priority=3, depth=2, forked_from="r_0", options=options)
    )
    assert (made.priority, made.depth, made.forked_from, made.options) == (3, 2, "r_0", options)
    await store.queue.register()
    (claimed,) = await store.queue.claim(1)
    assert (claimed.depth, claimed.options, claimed.parent) == (2, options, None)


async def test_a_run_may_begin_with_events(store: Store) -> None:
    events = [StepFinished("n", n, 1, [["out", "鲁" * 20_000]], 1.0, 0.5) for n in range(3)]
    await store.runs.create(draft("r_1", trigger_key="k"), [*events, STEP])
    await store.runs.create(draft("r_2", trigger_key="k"), events)
    await store.runs.create(draft("r_3"), [STEP])
    rows = await store.journal.read("r_1")
    assert [from_row(*row[1:]) for row in rows] == [*events, STEP]
    assert len(await store.journal.read("r_3")) == 1
    await store.queue.register()
    assert [run.claims for run in await store.queue.claim(5)] == [2, 2]


async def test_a_queued_run_is_paused_at_once(store: Store) -> None:
    await queued(store, "r_1")
    assert await store.runs.request_pause(OWNER, "r_1", 5.0)
    assert not await store.runs.request_pause(OWNER, "r_1", 6.0)
    run = await found(store, "r_1")
    assert run.status is RunStatus.WAITING
    assert run.waiting_for == [Wait(kind=WaitKind.PAUSE, since=5.0)]
    await store.queue.register()
    assert await store.queue.claim(1) == []
    assert await store.runs.resume(OWNER, "r_1", {}, 7.0)
    (claimed,) = await store.queue.claim(1)
    assert not claimed.pause_requested
    rows = await store.journal.read("r_1")
    assert [from_row(*row[1:]) for row in rows] == [RunPaused("pause", 0.0, 5.0), RunResumed({}, 7)]


async def test_a_parked_run_is_paused_with_what_it_waits_for(store: Store) -> None:
    await parked(store, "r_1", wake_at=LONG_AGO)
    assert await store.runs.request_pause(OWNER, "r_1", 5.0)
    assert await store.queue.wake() is None
    assert await store.runs.signal(OWNER, "r_1", "signal:s", 1, 5.5)
    run = await found(store, "r_1")
    assert run.waiting_for == [Wait(kind=WaitKind.PAUSE, since=5.0), ASK]
    assert run.status is RunStatus.WAITING
    assert (await store.runs.asking(OWNER, Slice())).total == 1
    assert await store.runs.resume(OWNER, "r_1", {}, 7.0)
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.QUEUED, [ASK])


async def test_the_worker_of_a_run_is_asked_to_pause_it(store: Store, other: Store) -> None:
    await working(store, "r_1")
    assert await other.runs.request_pause(OWNER, "r_1", 5.0)
    assert not await other.runs.request_pause(OWNER, "r_1", 5.0)
    (nudged,) = await store.queue.nudged()
    assert (nudged.pause_requested, nudged.cancel_requested) == (True, False)
    pause = Wait(kind=WaitKind.PAUSE, since=6.0)
    change = RunChange("r_1", RunStatus.WAITING, 3, 6.0, waiting_for=[pause.model_dump()])
    await store.journal.commit([to_row("r_1", RunPaused("pause", 0.0, 6.0))], [change])
    assert await other.runs.resume(OWNER, "r_1", {}, 7.0)
    (claimed,) = await store.queue.claim(1)
    assert not claimed.pause_requested


async def test_a_wish_to_pause_outlives_the_worker(store: Store) -> None:
    await working(store, "r_1")
    await store.runs.request_pause(OWNER, "r_1", 5.0)
    await store.queue.unregister()
    await store.queue.register()
    (claimed,) = await store.queue.claim(1)
    assert claimed.pause_requested


async def test_what_is_over_is_not_paused(store: Store) -> None:
    await working(store, "r_1")
    await store.journal.commit([], [RunChange("r_1", RunStatus.FAILED, 1, 2.0)])
    assert not await store.runs.request_pause(OWNER, "r_1", 5.0)
    assert not await store.runs.request_pause(OWNER, "r_none", 5.0)

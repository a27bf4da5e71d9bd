"""A run that asked for others hears of their ends, and takes them along when it is cancelled."""

from __future__ import annotations

import asyncio

import pytest

from luban.model.events import RunEnded, from_row
from luban.model.run import ParentStep, Run, RunStatus
from luban.ports.journal import Parking, RunChange
from luban.ports.stores import Slice
from tests.storage.drafts import OWNER, STRANGER, draft, queued
from tests.storage.places import Store


async def child(store: Store, id: str, parent: str, owner: str = OWNER) -> Run:
    step = ParentStep(run=parent, node="ask", iteration=1, key="0")
    return await store.runs.create(draft(id, owner=owner, parent=step, depth=1))


async def status(store: Store, run: str) -> RunStatus:
    found = await store.runs.find(OWNER, run)
    assert found is not None
    return found.status


async def claimed(store: Store, *runs: str) -> None:
    await store.queue.register()
    for run in runs:
        assert [each.id for each in await store.queue.claim(1, only=run)] == [run]


async def end(store: Store, *runs: str, how: RunStatus = RunStatus.COMPLETED) -> None:
    changes = [RunChange(run, how, 1, 2.0, {"out": run}, tokens=5, usd=0.5) for run in runs]
    await store.journal.commit([], changes)


async def test_a_child_knows_its_parent(store: Store) -> None:
    await queued(store, "r_top")
    made = await child(store, "r_1", "r_top")
    await child(store, "r_2", "r_top")
    await child(store, "r_below", "r_2")
    step = ParentStep(run="r_top", node="ask", iteration=1, key="0")
    assert (made.parent, made.depth) == (step, 1)
    listed = await store.runs.list(OWNER, Slice(), parent="r_top")
    assert ([run.id for run in listed.items], listed.total) == (["r_2", "r_1"], 2)
    assert (await store.runs.list(STRANGER, Slice(), parent="r_top")).total == 0
    await store.queue.register()
    (run,) = await store.queue.claim(1, only="r_1")
    assert (run.parent, run.depth) == (step, 1)


async def test_results_are_those_of_ended_runs(store: Store) -> None:
    await queued(store, "r_1", "r_2", "r_3")
    await claimed(store, "r_1", "r_2")
    await end(store, "r_1")
    await store.journal.commit(
        [], [RunChange("r_2", RunStatus.FAILED, 1, 2.0, {}, {"code": "x"}, [])]
    )
    results = await store.queue.results(["r_1", "r_2", "r_3", "r_none"])
    good, bad = sorted(results)
    assert good == ("r_1", RunStatus.COMPLETED, {"out": "r_1"}, None, 5, 0.5, 0)
    assert bad == ("r_2", RunStatus.FAILED, {}, {"code": "x"}, 0, 0.0, 0)
    assert await store.queue.results([]) == []


async def test_a_parent_is_told_once_when_a_child_ends(store: Store, other: Store) -> None:
    await queued(store, "r_top")
    await child(store, "r_1", "r_top")
    await child(store, "r_2", "r_top")
    await claimed(store, "r_top", "r_1", "r_2")
    assert await store.queue.tell_relatives() == []
    await end(store, "r_1", "r_2")
    told = await asyncio.gather(store.queue.tell_relatives(), other.queue.tell_relatives())
    assert sorted(map(tuple, told)) == [(), ("r_top",)]
    (nudged,) = await store.queue.nudged()
    assert (nudged.run, nudged.nudge, nudged.cancel_requested) == ("r_top", 1, False)
    assert await other.queue.tell_relatives() == []


async def test_a_parked_parent_goes_back_to_the_queue(store: Store) -> None:
    await queued(store, "r_top")
    await child(store, "r_1", "r_top")
    await claimed(store, "r_top", "r_1")
    await store.queue.park([Parking("r_top", 0, 1e11, [])])
    await end(store, "r_1", how=RunStatus.FAILED)
    assert await store.queue.tell_relatives() == ["r_top"]
    assert [run.id for run in await store.queue.claim(5)] == ["r_top"]


async def test_the_end_of_a_child_that_nobody_ran_is_told_too(store: Store) -> None:
    await queued(store, "r_top")
    await child(store, "r_1", "r_top")
    await claimed(store, "r_top")
    await store.runs.request_cancel(OWNER, "r_1", 3.0)
    assert await store.queue.tell_relatives() == ["r_top"]
    assert [each.run for each in await store.queue.nudged()] == ["r_top"]


async def test_cancelling_goes_down(store: Store) -> None:
    await queued(store, "r_top", "r_else")
    for id, parent in [("r_1", "r_top"), ("r_2", "r_top"), ("r_1a", "r_1"), ("r_1b", "r_1")]:
        await child(store, id, parent)
    await child(store, "r_theirs", "r_top", owner=STRANGER)
    await claimed(store, "r_top", "r_1", "r_1a")
    assert await store.runs.request_cancel(OWNER, "r_top", 5.0)
    assert {each.run for each in await store.queue.nudged()} == {"r_top", "r_1", "r_1a"}
    assert all(each.cancel_requested for each in await store.queue.nudged())
    for run in ("r_2", "r_1b"):
        assert await status(store, run) is RunStatus.CANCELLED
        (row,) = await store.journal.read(run)
        assert from_row(*row[1:]) == RunEnded("cancelled", {}, None, [], 5.0)
    assert await status(store, "r_else") is RunStatus.QUEUED
    theirs = await store.runs.find(STRANGER, "r_theirs")
    assert theirs is not None
    assert theirs.status is RunStatus.QUEUED


async def test_cancelling_a_child_spares_its_parent(store: Store) -> None:
    await queued(store, "r_top")
    await child(store, "r_1", "r_top")
    await claimed(store, "r_top", "r_1")
    assert await store.runs.request_cancel(OWNER, "r_1", 5.0)
    assert [each.run for each in await store.queue.nudged()] == ["r_1"]


async def test_a_child_of_a_run_to_be_cancelled_is_born_with_the_wish(store: Store) -> None:
    await queued(store, "r_top")
    await claimed(store, "r_top")
    await store.runs.request_cancel(OWNER, "r_top", 5.0)
    await child(store, "r_1", "r_top")
    (run,) = await store.queue.claim(1)
    assert (run.id, run.cancel_requested) == ("r_1", True)


async def test_no_child_escapes_a_cancellation_of_that_moment(store: Store, other: Store) -> None:
    await queued(store, "r_top")
    await child(store, "r_mid", "r_top")
    await claimed(store, "r_top", "r_mid")
    await asyncio.gather(
        *(child(store, f"r_{n:02}", ("r_top", "r_mid")[n % 2]) for n in range(12)),
        other.runs.request_cancel(OWNER, "r_top", 5.0),
        *(child(other, f"r_{n:02}", ("r_top", "r_mid")[n % 2]) for n in range(12, 24)),
    )
    left = await store.queue.claim(50)
    assert all(run.cancel_requested for run in left)
    ended = await store.runs.list(OWNER, Slice(), status=RunStatus.CANCELLED)
    assert len(left) + ended.total == 24


@pytest.mark.parametrize("how", [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED])
async def test_what_an_ended_run_had_asked_for_is_cancelled(store: Store, how: RunStatus) -> None:
    await queued(store, "r_top")
    for id, parent in [("r_1", "r_top"), ("r_2", "r_top"), ("r_1a", "r_1")]:
        await child(store, id, parent)
    await claimed(store, "r_top", "r_1")
    await end(store, "r_top", how=how)
    changed = await store.queue.tell_relatives()
    assert sorted(changed) == ["r_1", "r_1a", "r_2"]
    assert [(each.run, each.cancel_requested) for each in await store.queue.nudged()] == [
        ("r_1", True)
    ]
    assert await status(store, "r_2") is await status(store, "r_1a") is RunStatus.CANCELLED
    assert len(await store.journal.read("r_2")) == 1
    await end(store, "r_1", how=RunStatus.CANCELLED)
    assert await store.queue.tell_relatives() == []


async def test_a_child_born_after_its_parent_ended_is_cancelled(store: Store) -> None:
    await queued(store, "r_top")
    await claimed(store, "r_top")
    await end(store, "r_top")
    assert await store.queue.tell_relatives() == []
    await child(store, "r_1", "r_top")
    assert await store.queue.tell_relatives() == ["r_1"]
    assert await status(store, "r_1") is RunStatus.CANCELLED


async def test_many_ends_are_told(store: Store) -> None:
    await queued(store, "r_top")
    ids = [f"r_{n:03}" for n in range(230)]
    for id in ids:
        await child(store, id, "r_top")
    await claimed(store, "r_top")
    assert len(await store.queue.claim(300)) == 230
    await end(store, *ids)
    assert await store.queue.tell_relatives() == ["r_top"]
    assert await store.queue.tell_relatives() == []


async def test_a_run_may_name_a_parent_that_is_nobody(store: Store) -> None:
    await child(store, "r_1", "r_none")
    await claimed(store, "r_1")
    await end(store, "r_1")
    assert await store.queue.tell_relatives() == []

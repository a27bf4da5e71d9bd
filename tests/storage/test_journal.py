"""The journal keeps everything in order, and all of a batch or nothing."""

from __future__ import annotations

import pytest

from luban.model.events import RunEnded, RunPaused, RunStarted, StepFinished, from_row, to_row
from luban.model.run import RunStatus, Starved, Wait, WaitKind
from luban.ports.journal import Fenced, RunChange
from tests.storage.drafts import OWNER, queued
from tests.storage.places import Store


def step(number: int, value: object = "x") -> StepFinished:
    return StepFinished("node", number, 1, [["out", value]], 1.0, 0.5)


async def working(store: Store, *runs: str) -> None:
    await queued(store, *runs)
    await store.queue.register()
    await store.queue.claim(len(runs))


async def test_rows_come_back_in_order_and_whole(store: Store) -> None:
    await working(store, "r_1")
    events = [RunStarted(1.0), *(step(n) for n in range(5))]
    await store.journal.commit([to_row("r_1", event) for event in events[:3]], [])
    await store.journal.commit([to_row("r_1", event) for event in events[3:]], [])
    rows = await store.journal.read("r_1")
    assert [from_row(*row[1:]) for row in rows] == events
    assert [row.id for row in rows] == sorted({row.id for row in rows})


async def test_reading_goes_on_after_an_id_and_stops_at_the_limit(store: Store) -> None:
    await working(store, "r_1")
    await store.journal.commit([to_row("r_1", step(n)) for n in range(10)], [])
    first = await store.journal.read("r_1", limit=4)
    rest = await store.journal.read("r_1", after=first[-1].id)
    assert [row.iteration for row in first + rest] == list(range(10))
    assert await store.journal.read("r_1", after=rest[-1].id) == []


async def test_runs_do_not_see_each_others_rows(store: Store) -> None:
    await working(store, "r_1", "r_2")
    await store.journal.commit(
        [to_row(run, step(n)) for n in range(3) for run in ("r_1", "r_2")], []
    )
    await store.journal.commit([to_row("r_2", step(3))], [])
    assert [row.iteration for row in await store.journal.read("r_1")] == [0, 1, 2]
    assert [row.iteration for row in await store.journal.read("r_2")] == [0, 1, 2, 3]
    assert await store.journal.read("r_unknown") == []


@pytest.mark.parametrize("size", [10, 32 * 1024, 200_000, 5_000_000])
async def test_a_payload_of_any_size_comes_back(store: Store, size: int) -> None:
    await working(store, "r_1")
    events = [step(0, "鲁" * (size // 3)), step(1, "small"), step(2, "鲁" * (size // 3))]
    await store.journal.commit([to_row("r_1", event) for event in events], [])
    await store.journal.commit([to_row("r_1", events[0])], [])  # the same bytes once more
    rows = await store.journal.read("r_1")
    assert [from_row(*row[1:]) for row in rows] == [*events, events[0]]


async def test_what_becomes_of_a_run_is_seen_with_its_rows(store: Store) -> None:
    await working(store, "r_1")
    starved = [{"node": "n", "pin": "p", "held": 2}]
    await store.journal.commit(
        [to_row("r_1", RunEnded("failed", {"a": [1]}, {"code": "x"}, starved, 9.0))],
        [RunChange("r_1", RunStatus.FAILED, 7, 9.0, {"a": [1]}, {"code": "x"}, starved)],
    )
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert (run.status, run.steps, run.ended_at) == (RunStatus.FAILED, 7, 9.0)
    assert (run.outputs, run.error) == ({"a": [1]}, {"code": "x"})
    assert run.starved == [Starved(node="n", pin="p", held=2)]


async def test_a_running_run_shows_its_progress_and_stays_held(store: Store) -> None:
    await working(store, "r_1")
    for steps in (3, 5):
        await store.journal.commit([], [RunChange("r_1", RunStatus.RUNNING, steps, 2.0)])
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert (run.status, run.steps, run.ended_at) == (RunStatus.RUNNING, 5, None)
    await store.journal.commit([to_row("r_1", step(0))], [])


async def test_a_parked_run_says_why_and_is_given_up(store: Store) -> None:
    await working(store, "r_1")
    waiting = Wait(kind=WaitKind.LIMIT, since=2.0, details={"limit": "steps", "value": 10})
    await store.journal.commit(
        [to_row("r_1", RunPaused("steps", 10, 2.0))],
        [RunChange("r_1", RunStatus.WAITING, 10, 2.0, waiting_for=[waiting.model_dump()])],
    )
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert run.waiting_for == [waiting]
    with pytest.raises(Fenced):
        await store.journal.commit([to_row("r_1", step(0))], [])


@pytest.mark.parametrize("change_too", [False, True])
async def test_a_batch_with_one_foreign_run_writes_nothing(
    store: Store, other: Store, change_too: bool
) -> None:
    await working(store, "r_1")
    await queued(store, "r_2")
    await other.queue.register()
    await other.queue.claim(1, only="r_2")
    rows = [to_row("r_1", step(0))]
    changes = [RunChange("r_1", RunStatus.COMPLETED, 1, 2.0, {})]
    if change_too:
        changes.append(RunChange("r_2", RunStatus.COMPLETED, 1, 2.0, {}))
    else:
        rows.append(to_row("r_2", step(0)))
    with pytest.raises(Fenced):
        await store.journal.commit(rows, changes)
    assert await store.journal.read("r_1") == await store.journal.read("r_2") == []
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert run.status is RunStatus.RUNNING


async def test_an_empty_batch_is_nothing(store: Store) -> None:
    await store.queue.register()
    await store.journal.commit([], [])


async def test_nobody_writes_without_being_registered(store: Store) -> None:
    await queued(store, "r_1")
    with pytest.raises(Fenced):
        await store.journal.commit([to_row("r_1", step(0))], [])

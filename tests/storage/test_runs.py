"""Runs as people see them: stored once, listed in pages, cancelled and resumed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luban.model.events import RunEnded, RunResumed, from_row
from luban.model.run import RunStatus, Wait, WaitKind
from luban.ports.journal import RunChange
from luban.ports.stores import Narrowed, Slice
from tests.storage.drafts import OWNER, STRANGER, agent, draft, queued
from tests.storage.places import Store


async def test_a_new_run_is_queued_and_found_again(store: Store) -> None:
    await store.agents.create(agent("Adder"))
    made = await store.runs.create(draft(inputs={"a": 2}, trigger="cli", created_at=7.5))
    assert (made.status, made.trigger, made.agent_name) == (RunStatus.QUEUED, "cli", "Adder")
    assert (made.inputs, made.outputs, made.steps, made.created_at) == ({"a": 2}, {}, 0, 7.5)
    assert await store.runs.find(OWNER, made.id) == made
    assert await store.runs.find(OWNER, "r_none") is None


async def test_a_run_may_have_no_stored_agent(store: Store) -> None:
    assert (await store.runs.create(draft(agent_id="a_none"))).agent_name == ""


async def test_one_trigger_key_starts_one_run(store: Store, other: Store) -> None:
    made = await asyncio.gather(
        *(
            database.runs.create(draft(f"r_{n}", trigger_key="tick 1"))
            for n, database in enumerate([store, other] * 5)
        )
    )
    assert len({run.id for run in made}) == 1
    assert (await store.runs.list(OWNER, Slice())).total == 1
    next_tick = await store.runs.create(draft("r_next", trigger_key="tick 2"))
    theirs = await store.runs.create(draft("r_theirs", owner=STRANGER, trigger_key="tick 1"))
    assert (next_tick.id, theirs.id) == ("r_next", "r_theirs")


async def test_runs_are_listed_newest_first_in_pages(store: Store) -> None:
    await queued(store, *(f"r_{n}" for n in range(5)))
    page = await store.runs.list(OWNER, Slice(2, 2))
    assert [run.id for run in page.items] == ["r_2", "r_1"]
    assert page.total == 5
    beyond = await store.runs.list(OWNER, Slice(9, 2))
    assert (beyond.items, beyond.total) == ([], 5)


async def test_lists_can_be_narrowed(store: Store) -> None:
    await queued(store, "r_1", "r_2")
    await queued(store, "r_3", agent_id="a_2")
    await store.queue.register()
    await store.queue.claim(1)
    narrowed = await store.runs.list(OWNER, Slice(), agent_id="a_1")
    assert [run.id for run in narrowed.items] == ["r_2", "r_1"]
    narrowed = await store.runs.list(OWNER, Slice(), status=RunStatus.QUEUED)
    assert [run.id for run in narrowed.items] == ["r_3", "r_2"]
    both = await store.runs.list(OWNER, Slice(), agent_id="a_1", status=RunStatus.RUNNING)
    assert ([run.id for run in both.items], both.total) == (["r_1"], 1)


async def test_a_run_nobody_holds_ends_at_once_when_cancelled(store: Store) -> None:
    await queued(store, "r_1")
    assert await store.runs.request_cancel(OWNER, "r_1", 5.0)
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert (run.status, run.ended_at) == (RunStatus.CANCELLED, 5.0)
    (row,) = await store.journal.read("r_1")
    assert from_row(*row[1:]) == RunEnded("cancelled", {}, None, [], 5.0)
    assert not await store.runs.request_cancel(OWNER, "r_1", 6.0)
    assert len(await store.journal.read("r_1")) == 1
    await store.queue.register()
    assert await store.queue.claim(1) == []


@pytest.mark.parametrize("end", [RunStatus.COMPLETED, RunStatus.FAILED])
async def test_what_is_over_can_be_neither_cancelled_nor_resumed(
    store: Store, end: RunStatus
) -> None:
    await queued(store, "r_1")
    await store.queue.register()
    await store.queue.claim(1)
    await store.journal.commit([], [RunChange("r_1", end, 1, 2.0, {})])
    assert not await store.runs.request_cancel(OWNER, "r_1", 6.0)
    assert not await store.runs.resume(OWNER, "r_1", {}, 6.0)
    assert not await store.runs.request_cancel(OWNER, "r_none", 6.0)
    assert await store.journal.read("r_1") == []


async def paused(store: Store, run: str) -> None:
    await queued(store, run)
    await store.queue.register()
    await store.queue.claim(1)
    waiting = Wait(kind=WaitKind.LIMIT, since=2.0, details={"limit": "steps", "value": 10})
    await store.journal.commit(
        [], [RunChange(run, RunStatus.WAITING, 10, 2.0, waiting_for=[waiting.model_dump()])]
    )


async def test_a_waiting_run_goes_on_with_raised_limits(store: Store) -> None:
    await paused(store, "r_1")
    assert await store.queue.claim(1) == []
    assert await store.runs.resume(OWNER, "r_1", {"steps": 20}, 5.0)
    assert not await store.runs.resume(OWNER, "r_1", {"steps": 20}, 5.0)
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert (run.status, run.waiting_for) == (RunStatus.QUEUED, [])
    (row,) = await store.journal.read("r_1")
    assert from_row(*row[1:]) == RunResumed({"steps": 20}, 5.0)
    assert [claimed.claims for claimed in await store.queue.claim(1)] == [2]


async def test_a_waiting_run_can_be_cancelled(store: Store) -> None:
    await paused(store, "r_1")
    assert await store.runs.request_cancel(OWNER, "r_1", 5.0)
    run = await store.runs.find(OWNER, "r_1")
    assert run is not None
    assert (run.status, run.waiting_for, run.steps) == (RunStatus.CANCELLED, [], 10)


async def test_a_queued_run_cannot_be_resumed(store: Store) -> None:
    await queued(store, "r_1")
    assert not await store.runs.resume(OWNER, "r_1", {}, 5.0)


async def test_lists_can_be_narrowed_by_several_states_time_and_trigger(store: Store) -> None:
    for number, trigger in enumerate(["manual", "api", "api", "schedule"]):
        await store.runs.create(draft(f"r_{number}", trigger=trigger, created_at=float(number)))
    await store.runs.request_cancel(OWNER, "r_0", 5.0)

    async def found(**wanted: Any) -> list[str]:
        page = await store.runs.list(OWNER, Slice(), narrowed=Narrowed(**wanted))
        assert page.total == len(page.items)
        return [run.id for run in page.items]

    assert await found(statuses=(RunStatus.CANCELLED,)) == ["r_0"]
    assert await found(statuses=(RunStatus.CANCELLED, RunStatus.QUEUED), since=0.0) == [
        "r_3",
        "r_2",
        "r_1",
        "r_0",
    ]
    assert await found(since=1.0, until=3.0) == ["r_2", "r_1"]
    assert await found(trigger="api", oldest_first=True) == ["r_1", "r_2"]
    assert await found(trigger="webhook") == []

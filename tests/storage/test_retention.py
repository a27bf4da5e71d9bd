"""Old runs are hidden at once and removed in pieces, and those that are needed stay."""

from __future__ import annotations

from typing import Any, cast

import pytest

from luban.model.events import RunEnded, StepFinished, to_row
from luban.model.run import ParentStep, RunOptions, RunStatus
from luban.ports.journal import RunChange
from luban.ports.retention import RunRetention
from luban.ports.stores import Slice
from luban.storage.sql.retention import BLOBS, ROWS
from tests.storage.drafts import OWNER, STRANGER, agent, draft
from tests.storage.places import Store

LARGE = "x" * 40_000


def retention(store: Store) -> RunRetention:
    return cast("Any", store).retention


async def ended(store: Store, id: str, at: float, rows: int = 1, **more: Any) -> None:
    """A run that ended at a time, with some steps before."""
    await store.runs.create(draft(id, **more))
    await store.queue.claim(1, only=id)
    steps = [
        to_row(id, StepFinished("a", number, 1, [["out", number]], 1.0, 0.5))
        for number in range(rows)
    ]
    end = to_row(id, RunEnded("completed", {}, None, [], at))
    change = RunChange(id, RunStatus.COMPLETED, rows, at, {})
    await store.journal.commit([*steps, end], [change])


async def expired(store: Store, *, before: float | None = None, beyond: int | None = None) -> Any:
    found = retention(store).expired(OWNER, "a_1", before=before, beyond=beyond, limit=10)
    return await found


@pytest.fixture(autouse=True)
async def worker(store: Store) -> None:
    await store.queue.register()


async def test_runs_are_too_old_by_age_or_by_number(store: Store) -> None:
    for number in (3, 1, 2, 4):
        await ended(store, f"r_{number}", float(number))
    await ended(store, "r_other", 0.0, agent_id="a_2")
    await ended(store, "r_hers", 0.0, owner=STRANGER)
    assert await expired(store, before=3.0) == ["r_1", "r_2"]
    assert await expired(store, beyond=1) == ["r_1", "r_2", "r_3"]
    assert set(await expired(store, before=2.0, beyond=3)) == {"r_1"}
    assert await expired(store, beyond=4) == []
    assert await expired(store, before=1.0) == []


async def test_of_runs_that_ended_at_one_moment_as_many_stay_as_asked_for(store: Store) -> None:
    for number in range(4):
        await ended(store, f"r_{number}", 1.0)
    assert await expired(store, beyond=2) == ["r_0", "r_1"]


async def test_a_hidden_run_is_gone_and_removed_to_the_last_row(store: Store) -> None:
    await ended(store, "r_1", 1.0, trigger_key="once")
    await ended(store, "r_2", 2.0)
    assert await retention(store).hide(OWNER, ["r_1", "r_1", "no run"]) == ["r_1"]
    assert await store.runs.find(OWNER, "r_1") is None
    assert (await store.runs.list(OWNER, Slice())).total == 1
    assert await expired(store, beyond=1) == []
    while await retention(store).remove():
        pass
    assert await store.journal.read("r_1") == []
    assert len(await store.journal.read("r_2")) == 2
    (again,) = [await store.runs.create(draft("r_3", trigger_key="once"))]
    assert again.id == "r_3"


async def test_strangers_and_runs_that_go_on_are_left_alone(store: Store) -> None:
    await ended(store, "r_1", 1.0)
    await store.runs.create(draft("r_2"))
    await store.runs.create(draft("r_3"))
    await store.queue.claim(1, only="r_3")
    assert await retention(store).hide(STRANGER, ["r_1"]) == []
    assert await retention(store).hide(OWNER, ["r_2", "r_3"]) == []
    assert await expired(store, before=9.0) == ["r_1"]
    assert (await store.runs.list(OWNER, Slice())).total == 3


async def test_a_run_stays_while_parent_or_child_go_on(store: Store) -> None:
    await store.runs.create(draft("r_parent"))
    await ended(store, "r_child", 1.0, parent=ParentStep(run="r_parent", node="a"))
    await ended(store, "r_above", 1.0)
    await store.runs.create(draft("r_below", parent=ParentStep(run="r_above", node="a")))
    assert await expired(store, before=9.0) == []
    assert await retention(store).hide(OWNER, ["r_child", "r_above"]) == []
    for run in ("r_parent", "r_below"):
        await store.runs.request_cancel(OWNER, run, 2.0)
    assert set(await expired(store, before=1.5)) == {"r_child", "r_above"}
    assert set(await expired(store, before=9.0)) == {"r_child", "r_above", "r_parent", "r_below"}


async def test_a_run_stays_while_another_answers_from_it(store: Store) -> None:
    await ended(store, "r_source", 1.0)
    plain = RunOptions(pinned={"a": {"out": "not r_source, only its name"}})
    await store.runs.create(draft("r_pinned", options=plain))
    options = RunOptions(simulate=True, recorded="r_source")
    await ended(store, "r_like_it", 5.0, options=options)
    assert await expired(store, before=2.0) == []
    assert await retention(store).hide(OWNER, ["r_source"]) == []
    assert await retention(store).hide(OWNER, ["r_like_it"]) == ["r_like_it"]
    assert await expired(store, before=2.0) == ["r_source"]
    assert await retention(store).hide(OWNER, ["r_source"]) == ["r_source"]


async def test_a_long_run_is_removed_in_short_transactions(store: Store, other: Store) -> None:
    await ended(store, "r_1", 1.0, rows=2 * ROWS)
    await store.runs.create(draft("r_2"))
    await store.queue.claim(1, only="r_2")
    large = [
        to_row("r_2", StepFinished("a", n, 1, [["out", LARGE + str(n)]], 1.0, 0.5))
        for n in range(BLOBS + 1)
    ]
    await store.journal.commit(large, [RunChange("r_2", RunStatus.COMPLETED, 1, 1.0, {})])
    await retention(store).hide(OWNER, ["r_1", "r_2"])
    pieces: list[int] = []
    while removed := await retention((store, other)[len(pieces) % 2]).remove():
        assert removed <= ROWS + BLOBS
        pieces.append(removed)
    assert len(pieces) == 0 or len(pieces) >= 4
    assert await store.journal.read("r_1") == await store.journal.read("r_2") == []


async def test_agents_that_say_how_long_are_found(store: Store) -> None:
    speaking = {"nodes": {}, "settings": {"keep": {"days": 3}}}
    await store.agents.create(agent("Silent", id="a_1"))
    await store.agents.create(agent("Speaking", id="a_2", document=speaking))
    await store.agents.create(agent("Hers", id="a_3", owner=STRANGER, document=speaking))
    found = await retention(store).agents("", 10, silent=False)
    assert [(each.id, each.owner) for each in found] == [("a_2", OWNER), ("a_3", STRANGER)]
    assert found[0].document == speaking
    assert [each.id for each in await retention(store).agents("a_1", 1, silent=True)] == ["a_2"]
    everybody = await retention(store).agents("", 10, silent=True)
    assert [(each.id, each.document is None) for each in everybody] == [
        ("a_1", True),
        ("a_2", False),
        ("a_3", False),
    ]

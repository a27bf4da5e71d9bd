"""Proposals: kept once, changed only by who saw the newest, found by their owner alone."""

from __future__ import annotations

from typing import Any

from luban.model.graph_changes import changes_between
from luban.ports.proposals import Proposal
from luban.ports.stores import Page, Slice
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store

TARGET = {"nodes": {"a": {"block": "io.note", "with": {"text": "鲁班"}}}, "links": []}


def proposal(number: int = 1, **more: Any) -> Proposal:
    values: dict[str, Any] = {
        "id": f"p_{number}",
        "owner": OWNER,
        "run": f"r_{number}",
        "created_at": float(number),
        "updated_at": float(number),
    }
    return Proposal(**{**values, **more})


async def test_a_proposal_comes_back_as_it_was_and_is_kept_once(store: Store) -> None:
    changes = tuple(changes_between({}, TARGET))
    kept = proposal(state="open", document=TARGET, changes=changes, summary="Adds a note.")
    assert await store.proposals.add(kept)
    assert not await store.proposals.add(proposal(summary="Another."))
    assert await store.proposals.find(OWNER, "p_1") == kept


async def test_who_saw_an_older_one_changes_nothing(store: Store) -> None:
    await store.proposals.add(proposal())
    accepted = proposal(state="accepted", agent="a_1", updated_at=5.0)
    assert await store.proposals.change(accepted, seen=1.0)
    assert not await store.proposals.change(proposal(state="refused", updated_at=6.0), seen=1.0)
    assert await store.proposals.find(OWNER, "p_1") == accepted


async def test_they_are_listed_newest_first_and_by_agent(store: Store) -> None:
    made = [proposal(1, agent="a_1"), proposal(2), proposal(3, agent="a_1")]
    for each in made:
        await store.proposals.add(each)
    assert await store.proposals.list(OWNER, Slice()) == Page(made[::-1], 3)
    assert await store.proposals.list(OWNER, Slice(2, 1), agent="a_1") == Page([made[0]], 2)


async def test_nobody_elses_is_seen_or_changed(store: Store) -> None:
    await store.proposals.add(proposal())
    assert await store.proposals.find(STRANGER, "p_1") is None
    assert await store.proposals.list(STRANGER, Slice()) == Page([], 0)
    stolen = proposal(owner=STRANGER, state="refused", updated_at=2.0)
    assert not await store.proposals.change(stolen, seen=1.0)
    assert await store.proposals.find(OWNER, "p_1") == proposal()

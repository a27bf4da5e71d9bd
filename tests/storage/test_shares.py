"""Owners take turns, however much one of them has queued, and get no more than their caps."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from luban.model.run import RunStatus
from luban.ports.journal import Parking, RunChange
from luban.ports.stores import Caps, Slice, TooManyQueued
from tests.storage.drafts import OWNER, draft, queued
from tests.storage.places import Place, Store


async def taken(store: Store, claims: int, limit: int = 1) -> list[str]:
    """The owners of what is claimed, in order."""
    return [run.owner for _ in range(claims) for run in await store.queue.claim(limit)]


async def end(store: Store, *runs: str) -> None:
    await store.journal.commit([], [RunChange(run, RunStatus.COMPLETED, 1, 2.0) for run in runs])


async def test_a_backlog_delays_others_by_at_most_one_claim(place: Place, store: Store) -> None:
    await place.fill("ann")
    await store.queue.register()
    assert await taken(store, 3) == ["ann", "ann", "ann"]
    await queued(store, "r_1", "r_2", owner="bob")
    assert await taken(store, 4) == ["ann", "bob", "ann", "bob"]
    await queued(store, "r_3", owner="eve")
    assert "eve" in await taken(store, 2)


async def test_who_was_away_saved_up_nothing(place: Place, store: Store) -> None:
    await place.fill("ann")
    await store.queue.register()
    await store.queue.claim(60)
    await queued(store, *(f"r_{n}" for n in range(20)), owner="bob")
    assert Counter(await taken(store, 20)) == {"ann": 10, "bob": 10}


async def test_a_woken_run_goes_to_the_front_but_saved_up_nothing(
    place: Place, store: Store
) -> None:
    await queued(store, "r_old", owner="bob")
    await store.queue.register()
    await store.queue.claim(1)
    await store.queue.park([Parking("r_old", 0, None, [])])
    await place.fill("ann")
    await store.queue.claim(60)
    await store.runs.signal("bob", "r_old", "signal:s", 1, 2.0)
    await queued(store, *(f"r_{n}" for n in range(20)), owner="eve")
    assert Counter(await taken(store, 21)) == {"bob": 1, "ann": 10, "eve": 10}


async def test_weights_are_shares(store: Store) -> None:
    await store.runs.set_caps("ann", Caps(weight=3))
    await queued(store, *(f"r_a{n}" for n in range(40)), owner="ann")
    await queued(store, *(f"r_b{n}" for n in range(40)), owner="bob")
    await store.queue.register()
    assert Counter(await taken(store, 20)) == {"ann": 15, "bob": 5}


async def test_higher_priorities_come_first(store: Store) -> None:
    await queued(store, "r_low", priority=-1)
    await queued(store, "r_1", "r_2")
    await queued(store, "r_high", priority=5)
    await store.queue.register()
    assert [run.id for run in await store.queue.claim(9)] == ["r_high", "r_1", "r_2", "r_low"]


async def test_a_run_of_higher_priority_costs_no_later_turns(place: Place, store: Store) -> None:
    await place.fill("ann")
    await queued(store, "r_high", owner="bob", priority=5)
    await queued(store, "r_1", owner="bob")
    await store.queue.register()
    assert await taken(store, 4) == ["bob", "ann", "ann", "bob"]


async def test_caps_are_kept_and_can_be_changed(store: Store) -> None:
    assert await store.runs.caps(OWNER) == Caps()
    caps = Caps(weight=2.5, running=3, queued=9)
    await store.runs.set_caps(OWNER, caps)
    assert await store.runs.caps(OWNER) == caps
    assert await store.runs.caps("bob") == Caps()
    await store.runs.set_caps(OWNER, Caps())
    assert await store.runs.caps(OWNER) == Caps()


async def test_an_owner_gets_no_more_than_its_cap(store: Store, other: Store) -> None:
    await store.runs.set_caps(OWNER, Caps(running=3))
    await queued(store, *(f"r_{n}" for n in range(9)))
    await queued(store, "r_theirs", owner="bob")
    await store.queue.register()
    await other.queue.register()
    first = [run.id for run in await store.queue.claim(2)]
    rest = [run.id for run in await other.queue.claim(9)]
    assert sorted(first + rest) == ["r_0", "r_1", "r_2", "r_theirs"]
    assert await store.queue.claim(9) == []
    assert await store.queue.claim(9, only="r_8") == []
    await end(store, first[0])
    assert [run.id for run in await other.queue.claim(9)] == ["r_3"]


async def test_what_is_parked_is_not_under_way(store: Store) -> None:
    await store.runs.set_caps(OWNER, Caps(running=1))
    await queued(store, "r_1", "r_2")
    await store.queue.register()
    assert [run.id for run in await store.queue.claim(9)] == ["r_1"]
    await store.queue.park([Parking("r_1", 0, 1.0, [])])
    assert [run.id for run in await store.queue.claim(9)] == ["r_2"]
    await store.queue.wake()
    assert await store.queue.claim(9) == []
    await end(store, "r_2")
    assert [run.id for run in await store.queue.claim(9)] == ["r_1"]


async def test_a_cap_holds_for_runs_from_before_and_can_be_lifted(store: Store) -> None:
    await queued(store, *(f"r_{n}" for n in range(9)))
    await store.queue.register()
    await store.queue.claim(2)
    await store.runs.set_caps(OWNER, Caps(running=3))
    assert len(await store.queue.claim(9)) == 1
    await store.runs.set_caps(OWNER, Caps(running=5))
    assert len(await store.queue.claim(9)) == 2
    await store.runs.set_caps(OWNER, Caps())
    assert len(await store.queue.claim(9)) == 4


async def test_an_agent_gets_no_more_than_it_takes_at_once(store: Store) -> None:
    await queued(store, *(f"r_{n}" for n in range(4)), at_once=2)
    await queued(store, *(f"r_free_{n}" for n in range(3)), agent_id="a_2")
    await queued(store, "r_theirs", owner="bob", at_once=1)
    await store.queue.register()
    claimed = [run.id for run in await store.queue.claim(9)]
    assert sorted(claimed) == ["r_0", "r_1", "r_free_0", "r_free_1", "r_free_2", "r_theirs"]
    await end(store, "r_1")
    assert await store.queue.claim(1, only="r_3") != []
    assert await store.queue.claim(9) == []


async def test_both_caps_hold_together(store: Store) -> None:
    await store.runs.set_caps(OWNER, Caps(running=3))
    await queued(store, *(f"r_a{n}" for n in range(4)), at_once=2)
    await queued(store, *(f"r_b{n}" for n in range(4)), agent_id="a_2")
    await store.queue.register()
    claimed = Counter(run.agent_id for run in await store.queue.claim(9))
    assert claimed == {"a_1": 2, "a_2": 1}


@pytest.mark.parametrize("caps", [Caps(running=4), None])
async def test_workers_at_the_same_time_keep_the_caps(
    place: Place, store: Store, other: Store, caps: Caps | None
) -> None:
    stores = [store, other, *[await place.open() for _ in range(3)]]
    if caps:
        await store.runs.set_caps(OWNER, caps)
    await queued(store, *(f"r_{n}" for n in range(30)), at_once=None if caps else 4)
    await queued(store, *(f"r_b{n}" for n in range(6)), owner="bob")
    for each in stores:
        await each.queue.register()
    for _ in range(3):
        claims = await asyncio.gather(*(each.queue.claim(3) for each in stores for _ in "abc"))
        runs = [run for some in claims for run in some]
        assert Counter(run.owner for run in runs)[OWNER] == 4
        for each, mine in zip(stores, range(len(stores)), strict=True):
            mine_ended = [run.id for some in claims[mine * 3 : mine * 3 + 3] for run in some]
            await end(each, *mine_ended)
    done = await store.runs.list(OWNER, Slice(), status=RunStatus.COMPLETED)
    assert done.total == 12
    for each in stores[2:]:
        await each.close()


async def test_a_backlog_at_its_cap_hides_nobody(place: Place, store: Store) -> None:
    await place.fill("ann", at_once=2, capped=True)
    await queued(store, *(f"r_{n}" for n in range(5)), owner="bob")
    await store.queue.register()
    assert Counter(run.owner for run in await store.queue.claim(9)) == {"ann": 2, "bob": 5}
    await queued(store, "r_late", owner="eve")
    assert await taken(store, 1, limit=9) == ["eve"]


async def test_isolated_runs_are_counted_too(place: Place, store: Store) -> None:
    await store.runs.set_caps(OWNER, Caps(running=1))
    await queued(store, "r_1", "r_2")
    for _ in range(2):
        await place.lose("r_1", step=False)
        await store.queue.reap()
    await store.queue.register()
    assert [run.id for run in await store.queue.claim(9)] == ["r_2"]
    assert await store.queue.claim(9, isolated=True) == []
    await end(store, "r_2")
    assert [run.id for run in await store.queue.claim(9, isolated=True)] == ["r_1"]


async def test_no_more_are_queued_than_allowed(store: Store) -> None:
    await store.runs.set_caps(OWNER, Caps(queued=2))
    await queued(store, "r_1", "r_2")
    with pytest.raises(TooManyQueued):
        await store.runs.create(draft("r_3"))
    assert await store.runs.find(OWNER, "r_3") is None
    await queued(store, "r_4", owner="bob")
    await store.queue.register()
    await store.queue.claim(1, only="r_1")
    await queued(store, "r_3")
    with pytest.raises(TooManyQueued):
        await asyncio.gather(*(store.runs.create(draft(f"r_x{n}")) for n in range(5)))

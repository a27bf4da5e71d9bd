"""A run that kills its workers is first kept away from others, then from all."""

from __future__ import annotations

from luban.model.events import RunResumed, from_row, to_row
from luban.model.run import Run, RunStatus, WaitKind
from luban.ports.journal import ISOLATE_AFTER, QUARANTINE_AFTER, ClaimedRun, Parking
from tests.storage.drafts import OWNER, queued
from tests.storage.places import STEP, Place, Store


async def killed(place: Place, store: Store, run: str, times: int, *, step: bool = False) -> None:
    for _ in range(times):
        await place.lose(run, step=step)
        assert await store.queue.reap() == [run]


async def found(store: Store, run: str) -> Run:
    run_ = await store.runs.find(OWNER, run)
    assert run_ is not None
    return run_


async def claim_isolated(store: Store) -> ClaimedRun:
    (claimed,) = await store.queue.claim(9, isolated=True)
    return claimed


async def test_a_death_without_progress_is_a_strike(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", 1)
    await store.queue.register()
    (claimed,) = await store.queue.claim(1)
    assert claimed.strikes == 1


async def test_leaving_is_no_strike(store: Store) -> None:
    await queued(store, "r_1")
    for _ in range(3):
        await store.queue.register()
        (claimed,) = await store.queue.claim(1)
        assert claimed.strikes == 0
        await store.queue.unregister()


async def test_a_run_that_killed_twice_is_taken_in_isolation_only(
    place: Place, store: Store
) -> None:
    await queued(store, "r_bad", "r_good")
    assert await store.queue.isolated() == 0
    await killed(place, store, "r_bad", ISOLATE_AFTER)
    assert await store.queue.isolated() == 1
    await store.queue.register()
    assert [run.id for run in await store.queue.claim(9)] == ["r_good"]
    assert await store.queue.claim(9, only="r_bad") == []
    assert await store.queue.claim(9, only="r_good", isolated=True) == []
    claimed = await claim_isolated(store)
    assert (claimed.id, claimed.strikes) == ("r_bad", ISOLATE_AFTER)
    assert await store.queue.isolated() == 0
    assert await store.queue.claim(9, isolated=True) == []


async def test_progress_begins_the_count_anew(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", 2)
    await killed(place, store, "r_1", 1, step=True)
    await store.queue.register()
    (claimed,) = await store.queue.claim(1)
    assert claimed.strikes == 1


async def test_a_run_that_got_on_and_was_parked_is_forgiven(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", ISOLATE_AFTER)
    await store.queue.register()
    await claim_isolated(store)
    await store.queue.park([Parking("r_1", 0, 1.0, [])])
    await store.queue.wake()
    await claim_isolated(store)  # it had done nothing
    await store.journal.commit([to_row("r_1", STEP)], [])
    await store.queue.park([Parking("r_1", 0, 1.0, [])])
    await store.queue.wake()
    (claimed,) = await store.queue.claim(1)
    assert claimed.strikes == 0


async def test_a_run_that_kills_on_is_quarantined_until_its_owner_lets_it_go(
    place: Place, store: Store
) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", QUARANTINE_AFTER)
    run = await found(store, "r_1")
    (wait,) = run.waiting_for
    assert (run.status, wait.kind, wait.details) == (
        RunStatus.WAITING,
        WaitKind.QUARANTINE,
        {"kills": QUARANTINE_AFTER},
    )
    assert await store.queue.isolated() == 0
    await store.queue.register()
    assert await store.queue.claim(9) == await store.queue.claim(9, isolated=True) == []
    assert await store.runs.signal(OWNER, "r_1", "signal:s", 1, 2.0)
    assert await store.queue.wake() is None
    assert (await found(store, "r_1")).status is RunStatus.WAITING
    assert await store.runs.resume(OWNER, "r_1", {}, 3.0)
    assert not await store.runs.resume(OWNER, "r_1", {}, 3.0)
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.QUEUED, [])
    (row,) = await store.journal.read("r_1")
    assert from_row(*row[1:]) == RunResumed({}, 3.0)
    assert await store.queue.claim(9) == []
    claimed = await claim_isolated(store)
    assert claimed.strikes == ISOLATE_AFTER
    await store.queue.unregister()
    await killed(place, store, "r_1", QUARANTINE_AFTER - ISOLATE_AFTER)
    assert (await found(store, "r_1")).status is RunStatus.WAITING


async def test_a_quarantined_run_can_be_cancelled(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", QUARANTINE_AFTER)
    assert await store.runs.request_cancel(OWNER, "r_1", 3.0)
    run = await found(store, "r_1")
    assert (run.status, run.waiting_for) == (RunStatus.CANCELLED, [])


async def test_a_cancelled_run_that_kills_on_ends(place: Place, store: Store) -> None:
    await queued(store, "r_1")
    await killed(place, store, "r_1", QUARANTINE_AFTER - 1)
    await store.queue.register()
    await claim_isolated(store)
    await store.runs.request_cancel(OWNER, "r_1", 3.0)
    await store.queue.unregister()
    await killed(place, store, "r_1", 1)
    assert (await found(store, "r_1")).status is RunStatus.CANCELLED

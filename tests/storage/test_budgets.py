"""What models took and may take: added up with the journal, held while calls are in flight."""

from __future__ import annotations

import asyncio

from luban.model.events import ModelUsed, to_row
from luban.model.graph import SpendLimits
from luban.model.spending import DAY, NOTHING, USER, Budget, Taken, agent_scope
from luban.ports.budgets import HOLD_SECONDS, PlannedCall
from tests.storage.drafts import OWNER, STRANGER, agent, draft
from tests.storage.places import Store

AT = 20_000 * DAY + 60.0
CALL = PlannedCall(OWNER, "a_1", "r_1", "test/m", Taken(100, 0.5, 0))


def used(tokens: int, usd: float | None, *, at: float = AT, model: str = "test/m") -> ModelUsed:
    return ModelUsed("ask", 0, "", "a_1", model, tokens, 0, usd, at)


async def note(store: Store, *calls: ModelUsed) -> None:
    """Writes down calls of a run that this worker holds."""
    await store.agents.create(agent())
    await store.agents.add_version(OWNER, "a_1", {}, "d", 1.0)
    await store.runs.create(draft())
    await store.queue.register()
    (claimed,) = await store.queue.claim(1)
    await store.journal.commit([to_row(claimed.id, call) for call in calls], [])


async def test_a_batch_of_the_journal_adds_to_the_account(store: Store) -> None:
    await note(
        store,
        used(10, 0.25),
        used(20, None),
        used(30, 0.5, at=AT - DAY),
        used(5, 0.0, model="test/other"),
    )
    today, before = 20_000, 19_999
    uses = await store.budgets.uses(OWNER, 0, today)
    assert [(use.day, use.model, use.calls, use.input_tokens) for use in uses] == [
        (before, "test/m", 1, 30),
        (today, "test/m", 2, 30),
        (today, "test/other", 1, 5),
    ]
    assert (uses[1].usd, uses[1].unpriced) == (0.25, 1)
    taken = await store.budgets.taken(OWNER, agent_scope("a_1"), today)
    assert taken["day"] == Taken(35, 0.25, 1)
    assert taken["total"] == Taken(65, 0.75, 1)
    assert await store.budgets.taken(OWNER, agent_scope("a_2"), today) == dict.fromkeys(
        ("day", "month", "total"), NOTHING
    )


async def test_calls_in_flight_count_for_everybody(store: Store, other: Store) -> None:
    await note(store, used(10, 0.25))
    limits = SpendLimits(usd=1.5)  # pyright: ignore[reportCallIssue]
    await store.budgets.put(OWNER, USER, Budget(day=limits), AT)
    admitted = await asyncio.gather(
        *(
            place.budgets.admit(CALL, f"h_{number}", AT)
            for number in range(3)
            for place in (store,)
        ),
        *(other.budgets.admit(CALL, f"h_other_{number}", AT) for number in range(3)),
    )
    assert sum(bool(each.hold) for each in admitted) == 3
    assert sum(each.busy for each in admitted) == 3
    late = AT + HOLD_SECONDS + 1  # nobody believes in those calls any more
    assert (await store.budgets.admit(CALL, "h_late", late)).hold
    await store.budgets.release(OWNER, "h_late")


async def test_a_budget_that_is_used_up_says_which(store: Store) -> None:
    await note(store, used(10, 2.0))
    await store.budgets.put(
        OWNER,
        agent_scope("a_1"),
        Budget(month=SpendLimits(usd=2.0)),  # pyright: ignore[reportCallIssue]
        AT,
    )
    refused = await store.budgets.admit(CALL, "h", AT)
    assert refused.spent is not None
    scope, window, exceeded = refused.spent
    assert (scope, window, *exceeded) == ("agent:a_1", "month", "usd", 2.0, 2.0)
    assert (await store.budgets.admit(CALL._replace(agent="a_2"), "h", AT)).spent is None
    assert await store.budgets.delete(OWNER, "agent:a_1")
    assert await store.budgets.admit(CALL, "h", AT) == (
        "",
        None,
        False,
    )  # without budgets nothing is held


async def test_nobody_sees_or_changes_what_others_may_take(store: Store) -> None:
    await note(store, used(10, 2.0))
    limits = Budget(run=SpendLimits(tokens=1))  # pyright: ignore[reportCallIssue]
    await store.budgets.put(OWNER, USER, limits, AT)
    hold = (await store.budgets.admit(CALL, "h_1", AT)).hold
    assert await store.budgets.list(STRANGER) == []
    assert await store.budgets.find(STRANGER, USER) is None
    assert not await store.budgets.delete(STRANGER, USER)
    assert not await store.budgets.uses(STRANGER, 0, 30_000)
    await store.budgets.release(STRANGER, hold)
    await store.budgets.put(STRANGER, USER, Budget(), AT)
    assert (await store.budgets.admit(CALL._replace(owner=STRANGER), "h_1", AT)).hold == "h_1"
    found = await store.budgets.find(OWNER, USER)
    assert found is not None
    assert found.budget == limits

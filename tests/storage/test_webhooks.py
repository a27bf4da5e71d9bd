"""Webhooks and their deliveries: what happened to a run is told once, by whoever comes first."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.model.events import RunEnded, to_row
from luban.model.run import RunDraft, RunStatus
from luban.ports.journal import Parking, RunChange
from luban.ports.stores import Slice
from luban.ports.vault import Sealed
from luban.ports.webhooks import Delivery, Webhook
from luban.services.webhooks.telling import deliveries_of

SEALED = Sealed("k1", b"box")


def webhook(number: int = 1, owner: str = "ann", **fields: Any) -> Webhook:
    made: dict[str, Any] = {"id": f"wh_{number}", "owner": owner, "url": "https://x.test/"}
    made |= {"created_at": 1.0, "updated_at": 1.0}
    return Webhook(**made | fields)


def delivery(number: int, of: str = "wh_1", **fields: Any) -> Delivery:
    made: dict[str, Any] = {"id": f"msg_{number}", "owner": "ann", "webhook": of}
    made |= {"event": "run.completed", "body": b"{}", "next_at": 10.0, "created_at": 10.0}
    return Delivery(**made | fields)


async def queue_run(store: Any, run: str, owner: str = "ann", agent: str = "a_1") -> None:
    draft = RunDraft(id=run, owner=owner, agent_id=agent, version=1, created_at=2.0)
    await store.runs.create(draft)


async def end(store: Any, run: str, status: RunStatus = RunStatus.COMPLETED) -> None:
    ended = RunEnded(status.value, {"x": 1}, None, [], 5.0)
    change = RunChange(run, status, 1, 5.0, {"x": 1})
    await store.journal.commit([to_row(run, ended)], [change])


async def told(store: Any, of: str = "wh_1", owner: str = "ann") -> list[str]:
    await store.webhooks.spread(deliveries_of, 100)
    found = await store.webhooks.deliveries(owner, of, Slice(1, 200))
    return [each.event for each in reversed(found.items)]


async def test_what_is_stored_comes_back(store: Any) -> None:
    hooks = store.webhooks
    await hooks.create(webhook(), SEALED)
    await hooks.create(webhook(2, "bob"), SEALED)
    assert await hooks.find("ann", "wh_1") == webhook()
    assert await hooks.find("bob", "wh_1") is None
    assert await hooks.secret("ann", "wh_1") == SEALED
    assert [each.id for each in (await hooks.list("ann", Slice())).items] == ["wh_1"]
    changed = await hooks.change(
        "ann", "wh_1", lambda it: it.model_copy(update={"name": "n"}), Sealed("k2", b"other")
    )
    assert changed == await hooks.find("ann", "wh_1") == webhook(name="n")
    assert await hooks.secret("ann", "wh_1") == Sealed("k2", b"other")
    assert await hooks.change("bob", "wh_1", lambda it: it) is None
    assert await hooks.keys() == {"k1": 1, "k2": 1}
    (sealed,) = await hooks.sealed_with("k2", 10)
    assert await hooks.reseal(sealed.owner, "wh_1", Sealed("k2", b"other"), SEALED)
    assert not await hooks.reseal(sealed.owner, "wh_1", Sealed("k2", b"other"), SEALED)
    assert not await hooks.delete("bob", "wh_1")
    assert await hooks.delete("ann", "wh_1")
    assert await hooks.find("ann", "wh_1") is None


async def test_every_way_a_run_changes_is_told_once(store: Any) -> None:
    await store.webhooks.create(webhook(), SEALED)
    await store.queue.register()
    await queue_run(store, "r_1")
    await store.queue.claim(1)
    assert await told(store) == ["run.started"]
    waits = [{"kind": "sleep", "since": 3.0, "node": "nap"}]
    await store.queue.park([Parking("r_1", 0, 4.0, waits)])
    assert await told(store) == ["run.started", "run.waiting"]
    await store.queue.wake()
    await store.queue.claim(1)
    assert len(await told(store)) == 2  # taken up again is not started
    await end(store, "r_1")
    assert await told(store) == ["run.started", "run.waiting", "run.completed"]
    assert len(await told(store)) == 3
    await queue_run(store, "r_2")
    await store.runs.request_cancel("ann", "r_2", 6.0)  # nobody ever held it
    assert (await told(store))[3:] == ["run.cancelled"]
    found = (await store.webhooks.deliveries("ann", "wh_1", Slice(1, 200))).items
    assert b'"agent_id":"a_1"' in found[0].body and b'"kind":"sleep"' in found[2].body


async def test_only_what_is_wanted_is_told_and_only_to_its_owner(store: Any) -> None:
    await store.webhooks.create(webhook(1, events=("run.failed",)), SEALED)
    await store.webhooks.create(webhook(2, agents=("a_2",), events=("run.completed",)), SEALED)
    await store.webhooks.create(webhook(3, "bob"), SEALED)
    await store.webhooks.create(webhook(4, enabled=False), SEALED)
    await store.queue.register()
    for run, agent, status in (
        ("r_1", "a_1", RunStatus.COMPLETED),
        ("r_2", "a_2", RunStatus.COMPLETED),
        ("r_3", "a_1", RunStatus.FAILED),
    ):
        await queue_run(store, run, agent=agent)
        await store.queue.claim(1, only=run)
        await end(store, run, status)
    assert await told(store) == ["run.failed"]
    assert await told(store, "wh_2") == ["run.completed"]
    assert await told(store, "wh_3", "bob") == []
    assert await told(store, "wh_4") == []


async def test_nothing_is_kept_for_owners_without_webhooks(store: Any) -> None:
    await store.queue.register()
    await queue_run(store, "r_1")
    await store.queue.claim(1)
    await end(store, "r_1")
    await store.webhooks.create(webhook(created_at=4.0), SEALED)
    assert not await store.webhooks.due(100.0)
    assert await told(store) == []


async def test_a_delivery_is_taken_by_one_until_it_is_late(store: Any, other: Any) -> None:
    await store.webhooks.create(webhook(), SEALED)
    await store.webhooks.create(webhook(2), SEALED)
    for number in range(6):
        await store.webhooks.add(delivery(number))
    await store.webhooks.add(delivery(6, "wh_2"))
    assert not await store.webhooks.due(9.0) and await store.webhooks.due(10.0)
    assert await store.webhooks.claim(9.0, 60.0, 10, 4) == []
    mine, hers = await asyncio.gather(
        store.webhooks.claim(10.0, 60.0, 10, 2), other.webhooks.claim(10.0, 60.0, 10, 2)
    )
    ids = [each.id for each in (*mine, *hers)]
    assert len(ids) == len(set(ids)) >= 3  # a slow receiver does not keep the others waiting
    assert "msg_6" in ids
    assert all(each.attempts == 1 for each in (*mine, *hers))
    late = await other.webhooks.claim(61.0, 120.0, 10, 10)
    assert {each.id for each in late} >= set(ids)


async def test_what_becomes_of_an_attempt(store: Any) -> None:
    hooks = store.webhooks
    await hooks.create(webhook(), SEALED)
    await hooks.add(delivery(1))
    (first,) = await hooks.claim(10.0, 70.0, 1, 1)
    (second,) = await hooks.claim(71.0, 130.0, 1, 1)  # whoever had it was too slow
    answer = {"status": 200, "text": "", "seconds": 0.1, "at": 72.0}
    done = {"status": "delivered", "next_at": None, "answer": answer, "ended_at": 72.0}
    failed = first.model_copy(update={"next_at": 500.0, "answer": answer})
    await hooks.settle(second.model_copy(update=done))
    await hooks.settle(failed)  # comes too late to undo it
    found = await hooks.find_delivery("ann", "msg_1")
    assert found is not None and found.status == "delivered" and found.answer == answer
    assert await hooks.find_delivery("bob", "msg_1") is None
    assert not await hooks.redeliver("bob", "msg_1", 80.0)
    assert await hooks.redeliver("ann", "msg_1", 80.0)
    assert not await hooks.redeliver("ann", "msg_1", 80.0)
    (again,) = await hooks.claim(80.0, 140.0, 1, 1)
    assert again.id == "msg_1" and again.attempts == 1
    dead = await hooks.deliveries("ann", "wh_1", Slice(), status="dead")
    assert dead.total == 0


async def test_the_log_of_deliveries_is_bounded(store: Any) -> None:
    hooks = store.webhooks
    await hooks.create(webhook(), SEALED)
    for number in range(10):
        await hooks.add(delivery(number))
    for taken in await hooks.claim(10.0, 60.0, 9, 9):
        ended = float(taken.id.removeprefix("msg_"))
        await hooks.settle(
            taken.model_copy(update={"status": "dead", "next_at": None, "ended_at": ended})
        )
    assert await hooks.forget(before=2.0, most=5) == 4
    left = await hooks.deliveries("ann", "wh_1", Slice())
    assert [each.id for each in left.items] == [f"msg_{n}" for n in (9, 8, 7, 6, 5, 4)]

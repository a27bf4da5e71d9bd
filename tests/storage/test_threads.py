"""Threads: listed as people look for them, messages kept once, answers written down once."""

from __future__ import annotations

from typing import Any

from luban.ports.stores import Slice
from luban.ports.threads import Thread, ThreadMessage
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store


def thread(number: int = 1, **more: Any) -> Thread:
    values: dict[str, Any] = {
        "id": f"t_{number}",
        "owner": OWNER,
        "agent": "a_1",
        "title": f"Talk {number}",
        "created_at": 1.0,
        "updated_at": float(number),
    }
    return Thread(**{**values, **more})


def message(number: int, **more: Any) -> ThreadMessage:
    values: dict[str, Any] = {
        "id": f"m_{number}",
        "owner": OWNER,
        "thread": "t_1",
        "role": "user",
        "text": f"Said {number}",
        "created_at": float(number),
    }
    return ThreadMessage(**{**values, **more})


async def test_threads_are_listed_pinned_first_then_by_what_was_said_last(store: Store) -> None:
    kept = [
        thread(1, pinned=True),
        thread(2, title="Straße 100%"),
        thread(3, agent=""),
        thread(4, archived=True),
    ]
    for each in kept:
        await store.threads.create(each)
    listed = await store.threads.list(OWNER, Slice())
    assert [each.id for each in listed.items] == ["t_1", "t_3", "t_2"] and listed.total == 3
    assert (await store.threads.list(OWNER, Slice(2, 2))).items == [kept[1]]
    assert (await store.threads.list(OWNER, Slice(), search="STRASSE 100%")).items == [kept[1]]
    assert (await store.threads.list(OWNER, Slice(), search="100_")).items == []
    assert (await store.threads.list(OWNER, Slice(), agent="a_1")).total == 2
    assert (await store.threads.list(OWNER, Slice(), archived=True)).items == [kept[3]]


async def test_a_changed_thread_is_found_by_its_new_title(store: Store) -> None:
    await store.threads.create(thread())
    changed = thread(title="Ducks", shown="m_9", updated_at=8.0)
    assert await store.threads.update(changed)
    assert await store.threads.find(OWNER, "t_1") == changed
    assert (await store.threads.list(OWNER, Slice(), search="duck")).items == [changed]
    assert not await store.threads.update(thread(2))


async def test_messages_are_added_once_and_answers_settled_once(store: Store) -> None:
    await store.threads.create(thread())
    asked = message(1, files=[{"$file": "f_1"}])
    open_answer = message(2, role="assistant", parent="m_1", run="r_1", text="")
    await store.threads.add([asked, open_answer])
    await store.threads.add([message(1, text="again"), message(3)])
    assert await store.threads.messages(OWNER, "t_1") == [asked, open_answer, message(3)]
    whole = open_answer.model_copy(update={"text": "Yes", "ending": "completed"})
    assert await store.threads.settle(whole)
    assert not await store.threads.settle(whole.model_copy(update={"text": "No"}))
    assert not await store.threads.settle(message(1, text="changed"))
    assert await store.threads.message(OWNER, "m_2") == whole
    assert await store.threads.message(OWNER, "m_1") == asked


async def test_a_deleted_thread_takes_its_messages_along(store: Store) -> None:
    await store.threads.create(thread())
    await store.threads.add([message(1)])
    assert await store.threads.delete(OWNER, "t_1")
    assert not await store.threads.delete(OWNER, "t_1")
    assert await store.threads.messages(OWNER, "t_1") == []


async def test_a_stranger_neither_sees_nor_changes_anything(store: Store) -> None:
    await store.threads.create(thread())
    await store.threads.add([message(1), message(2, role="assistant", run="r_1")])
    assert await store.threads.find(STRANGER, "t_1") is None
    assert (await store.threads.list(STRANGER, Slice())).total == 0
    assert not await store.threads.update(thread(owner=STRANGER, title="Stolen"))
    assert not await store.threads.delete(STRANGER, "t_1")
    assert await store.threads.message(STRANGER, "m_1") is None
    assert await store.threads.messages(STRANGER, "t_1") == []
    assert not await store.threads.settle(message(2, owner=STRANGER, ending="completed"))
    assert await store.threads.find(OWNER, "t_1") == thread()
    assert len(await store.threads.messages(OWNER, "t_1")) == 2

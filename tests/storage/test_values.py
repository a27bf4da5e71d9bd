"""Small values and kept answers."""

from __future__ import annotations

import pytest

from tests.storage.drafts import OWNER
from tests.storage.places import Store

DAY = 24 * 3600.0


@pytest.mark.parametrize("value", [None, 0, "", False, 1.5, "字", [1, [2]], {"b": 1, "a": {}}])
async def test_a_value_is_kept_and_replaced(store: Store, value: object) -> None:
    assert await store.state.get(OWNER, "agent:a_1", "k") is None
    await store.state.set(OWNER, "agent:a_1", "k", "before")
    await store.state.set(OWNER, "agent:a_1", "k", value)
    assert await store.state.get(OWNER, "agent:a_1", "k") == value
    assert await store.state.get(OWNER, "agent:a_2", "k") is None
    assert await store.state.get(OWNER, "agent:a_1", "other") is None


async def test_a_value_is_nobody_elses(store: Store) -> None:
    value = {"list": [1]}
    await store.state.set(OWNER, "user", "k", value)
    value["list"].append(2)
    (await store.state.get(OWNER, "user", "k"))["list"].append(3)
    assert await store.state.get(OWNER, "user", "k") == {"list": [1]}


async def test_the_first_answer_to_a_key_stays(store: Store) -> None:
    assert await store.replies.find(OWNER, "k") is None
    await store.replies.save(OWNER, "k", 201, b"\x00{}", "abc", 1.0)
    await store.replies.save(OWNER, "k", 500, b"other", "abc", 2.0)
    assert await store.replies.find(OWNER, "k") == (201, b"\x00{}", "abc")


async def test_answers_are_forgotten_after_a_day(store: Store) -> None:
    await store.replies.save(OWNER, "old", 200, b"", "f", 1.0)
    await store.replies.save(OWNER, "young", 200, b"", "f", DAY)
    await store.replies.save(OWNER, "new", 200, b"", "f", DAY + 2.0)
    assert await store.replies.find(OWNER, "old") is None
    assert await store.replies.find(OWNER, "young") is not None
    assert await store.replies.find(OWNER, "new") is not None

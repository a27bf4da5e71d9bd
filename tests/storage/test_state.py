"""Small values that several runs change at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luban.ports.stores import Slice
from tests.storage.drafts import OWNER
from tests.storage.places import Store


async def test_no_change_is_lost_whoever_makes_it(store: Store, other: Store) -> None:
    def longer(seen: Any) -> Any:
        return [*(seen or []), len(seen or [])]

    await asyncio.gather(
        *(each.state.update(OWNER, "user", "k", longer) for each in [store, other] * 8)
    )
    assert await store.state.get(OWNER, "user", "k") == list(range(16))


async def test_a_change_that_is_made_again_is_made_once(store: Store) -> None:
    def counted(seen: Any) -> Any:
        return (seen or 0) + 1

    assert await store.state.update(OWNER, "user", "n", counted, once="r/a/0") == 1
    assert await store.state.update(OWNER, "user", "n", counted, once="r/a/1") == 2
    assert await store.state.update(OWNER, "user", "n", counted, once="r/a/0") == 1
    assert await store.state.update(OWNER, "agent:a", "n", counted, once="r/a/0") == 1
    assert await store.state.get(OWNER, "user", "n") == 2


async def test_what_fails_changes_nothing(store: Store) -> None:
    await store.state.set(OWNER, "user", "n", 1)

    def failing(seen: Any) -> Any:
        raise ValueError(seen)

    with pytest.raises(ValueError, match="1"):
        await store.state.update(OWNER, "user", "n", failing, once="o")
    assert await store.state.update(OWNER, "user", "n", lambda n: n + 1, once="o") == 2


async def test_keys_are_listed_by_their_beginning(store: Store) -> None:
    for key in ("b", "a%", "a_", "ab", "甲"):
        await store.state.set(OWNER, "user", key, key)
    await store.state.set(OWNER, "agent:a", "a", 1)
    page = await store.state.list(OWNER, "user", Slice(page_size=2), prefix="a")
    assert page.total == 3
    assert len(page.items) == 2
    found = await store.state.list(OWNER, "user", Slice(), prefix="a%")
    assert [(each.key, each.value) for each in found.items] == [("a%", "a%")]
    assert found.items[0].updated_at > 0


async def test_a_value_is_deleted(store: Store) -> None:
    await store.state.set(OWNER, "user", "k", 1)
    assert await store.state.delete(OWNER, "user", "k")
    assert not await store.state.delete(OWNER, "user", "k")
    assert await store.state.get(OWNER, "user", "k") is None

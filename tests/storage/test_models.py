"""Models that people added, in every kind of storage."""

from __future__ import annotations

from luban.ports.models import ModelRow
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store

HOME = ModelRow(
    owner=OWNER,
    id="home/qwen",
    trusted=True,
    credential="c_1",
    config={"base_url": "http://nas:1/v1", "capabilities": ["tools"], "title": "二"},
    made_by="ada",
    created_at=1.0,
    updated_at=1.0,
)


async def test_gives_back_what_it_was_given(store: Store) -> None:
    assert await store.models.put(HOME)
    assert await store.models.find(OWNER, "home/qwen") == HOME
    assert await store.models.list(OWNER) == [HOME]


async def test_a_second_one_of_its_name_replaces_it(store: Store) -> None:
    assert await store.models.put(HOME)
    changed = HOME.model_copy(update={"config": {}, "updated_at": 2.0})
    assert not await store.models.put(changed)
    assert await store.models.list(OWNER) == [changed]


async def test_what_is_anothers_is_not_there_unless_it_is_shared(store: Store) -> None:
    assert await store.models.put(HOME)
    assert await store.models.find(STRANGER, "home/qwen") is None
    assert await store.models.list(STRANGER) == []
    shared = HOME.model_copy(update={"shared": True})
    assert not await store.models.put(shared)
    assert await store.models.find(STRANGER, "home/qwen") == shared
    own = HOME.model_copy(update={"owner": STRANGER, "credential": ""})
    assert await store.models.put(own)
    assert await store.models.find(STRANGER, "home/qwen") == own
    assert await store.models.list(STRANGER) == [shared, own]
    assert await store.models.delete(STRANGER, "home/qwen")
    assert not await store.models.delete(STRANGER, "home/qwen")
    assert await store.models.list(STRANGER) == [shared]

"""What a database does not take is the caller's to repair, and told as such."""

from __future__ import annotations

import pytest

from luban.ports.stores import Caps, Slice
from luban.storage.errors import StorageConflict, ValueRefused
from luban.storage.memory import MemoryDatabase
from tests.storage.drafts import OWNER, agent
from tests.storage.places import Store


async def test_numbers_of_unusual_size_are_refused(store: Store) -> None:
    if isinstance(store, MemoryDatabase):
        pytest.skip("memory holds any number")
    with pytest.raises(ValueRefused) as refused:
        await store.runs.set_caps(OWNER, Caps(running=2**70, queued=None))
    assert refused.value.status == 400
    assert "数据格式错误" in refused.value.message_zh
    assert (await store.runs.list(OWNER, Slice())).total == 0


async def test_what_stands_against_something_stored_is_a_conflict(store: Store) -> None:
    if isinstance(store, MemoryDatabase):
        pytest.skip("memory replaces")
    await store.agents.create(agent("One"))
    with pytest.raises(StorageConflict) as conflict:
        await store.agents.create(agent("One"))
    assert conflict.value.status == 409
    assert "数据冲突" in conflict.value.message_zh

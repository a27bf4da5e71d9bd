"""Servers of tools, in every kind of storage."""

from __future__ import annotations

from typing import Any

from luban.ports.tool_servers import Listing, OfferedTool, ToolServer
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store


def server(name: str = "notes", **more: Any) -> ToolServer:
    told: dict[str, Any] = {"id": f"s_{name}", "owner": OWNER, "name": name, "created_at": 1.0}
    return ToolServer(**{**told, "updated_at": 1.0, "url": "https://a.example/mcp", **more})


async def test_gives_back_what_it_was_given(store: Store) -> None:
    tool = OfferedTool(name="add", parameters={"type": "object", "properties": {"二": {}}})
    made = server(listing=Listing(tools=(tool,)), command=("a", "b"), environment={"A": "1"})
    assert await store.tool_servers.put(made)
    assert await store.tool_servers.find(OWNER, made.id) == made
    assert await store.tool_servers.find_named(OWNER, "notes") == made
    changed = made.model_copy(update={"name": "papers", "updated_at": 2.0})
    assert await store.tool_servers.put(changed)
    assert await store.tool_servers.list(OWNER) == [changed]
    assert await store.tool_servers.find_named(OWNER, "notes") is None


async def test_a_name_is_taken_once_by_an_owner(store: Store) -> None:
    assert await store.tool_servers.put(server())
    assert not await store.tool_servers.put(server(id="s_2"))
    assert await store.tool_servers.put(server(id="s_3", owner=STRANGER))


async def test_only_shared_ones_are_seen_by_others_and_not_changed(store: Store) -> None:
    mine, shared = server(), server("all", shared=True)
    for each in (mine, shared):
        assert await store.tool_servers.put(each)
    assert await store.tool_servers.list(STRANGER) == [shared]
    assert await store.tool_servers.find(STRANGER, mine.id) is None
    assert await store.tool_servers.find_named(STRANGER, "all") == shared
    for each in (mine, shared):
        assert not await store.tool_servers.delete(STRANGER, each.id)
    own = server("all", id="s_own", owner=STRANGER)
    assert await store.tool_servers.put(own)
    assert await store.tool_servers.find_named(STRANGER, "all") == own
    assert await store.tool_servers.delete(OWNER, mine.id)
    assert await store.tool_servers.list(OWNER) == [shared]

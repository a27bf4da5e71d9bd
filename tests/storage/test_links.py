"""Shared links: found by what stands in the address, everything else by their owner."""

from __future__ import annotations

from typing import Any

from luban.ports.sharing import Link
from luban.ports.stores import Page, Slice
from tests.storage.drafts import OWNER, STRANGER
from tests.storage.places import Store


def link(number: int = 1, *, owner: str = OWNER, **more: Any) -> Link:
    values: dict[str, Any] = {
        "id": f"l_{number}",
        "owner": owner,
        "digest": bytes([number]) * 32,
        "resource": "agent",
        "resource_id": "a_1",
        "scopes": ("see", "run"),
        "created_at": float(number),
    }
    return Link(**{**values, **more})


async def test_a_link_is_found_until_it_expires(store: Store) -> None:
    kept = link(made_by="u_1", expires_at=10.0)
    await store.links.add(kept)
    await store.links.add(link(2))
    assert await store.links.find(kept.digest, 9.0) == kept
    assert await store.links.find(kept.digest, 10.0) is None
    assert await store.links.find(b"?" * 32, 1.0) is None
    assert await store.links.find(bytes([2]) * 32, 1e12) == link(2)


async def test_its_last_use_is_kept(store: Store) -> None:
    await store.links.add(link())
    await store.links.used(OWNER, "l_1", 7.0)
    found = await store.links.find(link().digest, 8.0)
    assert found is not None
    assert found.last_used_at == 7.0


async def test_links_are_listed_newest_first_and_by_thing(store: Store) -> None:
    links = [link(1), link(2, resource_id="a_2"), link(3, resource="run", resource_id="r_1")]
    for each in links:
        await store.links.add(each)
    assert await store.links.list(OWNER, Slice()) == Page(links[::-1], 3)
    assert await store.links.list(OWNER, Slice(2, 2)) == Page(links[:1], 3)
    assert (await store.links.list(OWNER, Slice(), resource="run")).items == links[2:]
    found = await store.links.list(OWNER, Slice(), resource="agent", resource_id="a_2")
    assert found.items == [links[1]]


async def test_a_removed_link_leads_nowhere(store: Store) -> None:
    await store.links.add(link())
    assert await store.links.remove(OWNER, "l_1")
    assert not await store.links.remove(OWNER, "l_1")
    assert await store.links.find(link().digest, 1.0) is None


async def test_a_stranger_neither_sees_nor_ends_it(store: Store) -> None:
    await store.links.add(link())
    assert await store.links.list(STRANGER, Slice()) == Page([], 0)
    assert not await store.links.remove(STRANGER, "l_1")
    await store.links.used(STRANGER, "l_1", 7.0)
    assert await store.links.find(link().digest, 1.0) == link()

"""Agents are changed one at a time, versions are made once, and deleting can be taken back."""

from __future__ import annotations

import asyncio

import pytest

from luban.model.errors import NotFound
from luban.ports.stores import Slice
from tests.storage.drafts import OWNER, agent
from tests.storage.places import Store

DOCUMENT = {"nodes": {"z": 1, "a": [None, 0, "", False]}, "unknown": {"kept": True}}


async def test_an_agent_comes_back_as_it_was(store: Store) -> None:
    made = agent("计算器", description="d", document=DOCUMENT, source="# hi\n", created_at=1.5)
    await store.agents.create(made)
    found = await store.agents.find(OWNER, made.id)
    assert found == made
    assert found is not None
    assert list(found.document["nodes"]) == ["z", "a"]
    assert await store.agents.find(OWNER, "a_none") is None


async def test_what_is_read_is_nobody_elses(store: Store) -> None:
    made = agent(document={"nodes": {"a": {}}})
    await store.agents.create(made)
    made.document["nodes"]["b"] = {}
    first = await store.agents.find(OWNER, made.id)
    assert first is not None
    first.document["nodes"].clear()
    again = await store.agents.find(OWNER, made.id)
    assert again is not None
    assert again.document == {"nodes": {"a": {}}}


async def test_an_edit_needs_the_revision_it_saw(store: Store) -> None:
    await store.agents.create(agent("One"))
    second = agent("Two", revision=2, updated_at=2.0)
    assert await store.agents.update(second, expected_revision=1)
    assert not await store.agents.update(
        agent("Three", revision=2, updated_at=3.0), expected_revision=1
    )
    assert await store.agents.find(OWNER, "a_1") == second
    assert not await store.agents.update(agent(id="a_none"), expected_revision=1)


async def test_of_two_edits_at_once_one_wins(store: Store, other: Store) -> None:
    await store.agents.create(agent("One"))
    done = await asyncio.gather(
        *(
            database.agents.update(agent(f"Edit {n}", revision=2), expected_revision=1)
            for n, database in enumerate([store, other] * 3)
        )
    )
    assert sum(done) == 1


async def test_an_edit_leaves_versions_alone(store: Store) -> None:
    read_before = agent("One")
    await store.agents.create(read_before)
    await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 1.0)
    await store.agents.publish(OWNER, "a_1", 1, "")
    edit = read_before.model_copy(update={"name": "Two", "revision": 2})
    assert await store.agents.update(edit, expected_revision=1)
    found = await store.agents.find(OWNER, "a_1")
    assert found is not None
    assert (found.name, found.published_version, found.latest_version) == ("Two", 1, 1)


async def test_lists_sort_and_page(store: Store) -> None:
    for number, name in enumerate(["banana", "Apple", "cherry"]):
        await store.agents.create(agent(name, id=f"a_{number}", updated_at=float(number)))

    async def names(part: Slice, sort: str) -> list[str]:
        return [item.name for item in (await store.agents.list(OWNER, part, sort=sort)).items]

    assert await names(Slice(), "updated") == ["cherry", "Apple", "banana"]
    assert await names(Slice(), "name") == ["Apple", "banana", "cherry"]
    assert await names(Slice(2, 2), "name") == ["cherry"]
    assert (await store.agents.list(OWNER, Slice(2, 2))).total == 3


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("APPLE", ["Apple"]),
        ("ünï", ["ÜNÏ"]),
        ("计算", ["计算器"]),
        ("feeds", ["News"]),
        ("100%", ["100% wool"]),
        ("a_b", ["a_b"]),
        ("%", ["100% wool"]),
        ("!", []),
        ("", ["100% wool", "Apple", "News", "a_b", "axb", "ÜNÏ", "计算器"]),
    ],
)
async def test_a_search_finds_parts_of_names_and_descriptions(
    store: Store, search: str, found: list[str]
) -> None:
    names = ["Apple", "ÜNÏ", "计算器", "100% wool", "a_b", "axb"]
    for number, name in enumerate(names):
        await store.agents.create(agent(name, id=f"a_{number}"))
    await store.agents.create(agent("News", id="a_9", description="Reads Feeds"))
    page = await store.agents.list(OWNER, Slice(), search=search)
    assert sorted(item.name for item in page.items) == found
    assert page.total == len(found)


async def test_equal_contents_are_one_version(store: Store) -> None:
    await store.agents.create(agent())
    one = await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 1.0)
    same = await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 2.0)
    two = await store.agents.add_version(OWNER, "a_1", {"nodes": {}}, "d2", 3.0)
    back = await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 4.0)
    assert one == same
    assert [one.version, two.version, back.version] == [1, 2, 3]
    assert await store.agents.find_version(OWNER, "a_1", 1) == one
    assert one.document == DOCUMENT
    found = await store.agents.find(OWNER, "a_1")
    assert found is not None
    assert found.latest_version == 3
    page = await store.agents.list_versions(OWNER, "a_1", Slice(1, 2))
    assert ([item.version for item in page.items], page.total) == ([3, 2], 3)


async def test_versions_made_at_once_are_numbered_without_gaps(store: Store, other: Store) -> None:
    await store.agents.create(agent())
    made = await asyncio.gather(
        *(
            database.agents.add_version(OWNER, "a_1", {"n": n}, f"d{n}", 1.0)
            for n, database in enumerate([store, other] * 5)
        )
    )
    assert sorted(version.version for version in made) == list(range(1, 11))


async def test_publishing_marks_a_version_that_exists(store: Store) -> None:
    await store.agents.create(agent())
    await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 1.0)
    assert not await store.agents.publish(OWNER, "a_1", 2, "none")
    assert await store.agents.publish(OWNER, "a_1", 1, "first")
    found = await store.agents.find(OWNER, "a_1")
    version = await store.agents.find_version(OWNER, "a_1", 1)
    assert found is not None
    assert version is not None
    assert (found.published_version, version.label) == (1, "first")


async def test_a_deleted_agent_is_hidden_and_can_come_back(store: Store) -> None:
    await store.agents.create(agent())
    await store.agents.add_version(OWNER, "a_1", DOCUMENT, "d1", 1.0)
    assert not await store.agents.restore(OWNER, "a_1")
    assert await store.agents.delete(OWNER, "a_1")
    assert not await store.agents.delete(OWNER, "a_1")
    assert await store.agents.find(OWNER, "a_1") is None
    assert (await store.agents.list(OWNER, Slice())).total == 0
    assert not await store.agents.update(agent("New", revision=2), expected_revision=1)
    assert not await store.agents.publish(OWNER, "a_1", 1, "")
    with pytest.raises(NotFound):
        await store.agents.add_version(OWNER, "a_1", {}, "d2", 1.0)
    assert await store.agents.find_version(OWNER, "a_1", 1) is not None
    assert await store.agents.restore(OWNER, "a_1")
    assert await store.agents.find(OWNER, "a_1") is not None

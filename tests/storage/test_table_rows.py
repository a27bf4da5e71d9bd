"""Tables that rows are added to."""

from __future__ import annotations

import asyncio

from luban.ports.stores import Slice
from luban.ports.tables import Origin
from tests.storage.drafts import OWNER
from tests.storage.places import Store


async def values(store: Store, table: str = "t") -> list[object]:
    return [row.values["n"] async for row in store.rows.scan(OWNER, table)]


async def test_rows_are_found_newest_first(store: Store) -> None:
    first, second = Origin(1.0, "r_1", "a"), Origin(2.0, "r_2", "b[0]/c")
    assert await store.rows.append(OWNER, "t", [{"n": 1}, {"n": "二\0"}], first, 9) == 2
    assert await store.rows.append(OWNER, "t", [{"n": 3}], second, 9) == 3
    assert await store.rows.append(OWNER, "u", [{"n": 4}], second, 9) == 1
    page = await store.rows.newest(OWNER, "t", Slice(1, 2))
    assert page.total == 3
    assert [row.values for row in page.items] == [{"n": 3}, {"n": "二\0"}]
    newest = page.items[0]
    assert (newest.at, newest.run, newest.node) == (2.0, "r_2", "b[0]/c")
    facts = await store.rows.tables(OWNER)
    assert [(each.name, each.rows, each.first_at, each.last_at) for each in facts] == [
        ("t", 3, 1.0, 2.0),
        ("u", 1, 2.0, 2.0),
    ]


async def test_the_same_step_adds_its_rows_once(store: Store, other: Store) -> None:
    origin = Origin(1.0, "r", "a", "r/a/0")
    await asyncio.gather(
        *(each.rows.append(OWNER, "t", [{"n": 1}, {"n": 2}], origin, 9) for each in (store, other))
    )
    assert await values(store) == [2, 1]
    again = Origin(1.0, "r", "a", "r/a/1")
    assert await store.rows.append(OWNER, "t", [{"n": 1}], again, 9) == 3
    assert await store.rows.append(OWNER, "u", [{"n": 1}], origin, 9) == 1


async def test_the_oldest_rows_go(store: Store) -> None:
    for n in range(4):
        rows = [{"n": 2 * n}, {"n": 2 * n + 1}]
        assert await store.rows.append(OWNER, "t", rows, Origin(1.0), 5) <= 5
    assert await values(store) == [7, 6, 5, 4, 3]
    assert await store.rows.append(OWNER, "t", [], Origin(1.0), 1) == 5


async def test_more_rows_than_are_read_at_once(store: Store) -> None:
    rows = [{"n": n} for n in range(1200)]
    assert await store.rows.append(OWNER, "t", rows, Origin(1.0), 5000) == 1200
    assert await values(store) == list(range(1199, -1, -1))


async def test_rows_are_deleted(store: Store) -> None:
    await store.rows.append(OWNER, "t", [{"n": 1}, {"n": 2}], Origin(1.0), 9)
    newest = (await store.rows.newest(OWNER, "t", Slice())).items[0]
    assert await store.rows.delete(OWNER, "t", [newest.id, newest.id + 999]) == 1
    assert await values(store) == [1]
    assert await store.rows.delete(OWNER, "t") == 1
    assert await store.rows.tables(OWNER) == []

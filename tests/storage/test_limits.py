"""The rows that limit providers, held against every kind of storage."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from luban.ports.limits import LimitRow, LimitStore, Share
from tests.storage.places import Store


def limits(store: Store) -> LimitStore:
    return cast("LimitStore", store.limits)  # type: ignore[attr-defined]


def counted(row: LimitRow, now: float) -> tuple[LimitRow, float]:
    left = (row.requests or 0.0) + 1
    return row._replace(requests=left), left


async def test_what_one_process_keeps_the_other_finds(store: Store, other: Store) -> None:
    row = LimitRow(
        "k",
        1.5,
        2.5,
        0.25,
        7.0,
        -3.0,
        4.5,
        {"a": Share(3, 2, 1, 10.25, 11.5), "b": Share(*[0] * 5)},
    )
    await limits(store).change("k", lambda old, now: (row, None))
    found = await limits(other).change("k", lambda old, now: (old, old))
    assert found == row
    now, rows = await limits(other).read()
    assert rows == [row]
    assert now > 1e9


async def test_a_key_nobody_knows_is_a_new_row_and_none_forgets_it(store: Store) -> None:
    new = await limits(store).change("new", lambda old, now: (None, old))
    assert new == LimitRow("new")
    assert (await limits(store).read())[1] == []


async def test_one_process_changes_a_row_at_a_time(store: Store, other: Store) -> None:
    both = [limits(store), limits(other)]
    got = await asyncio.gather(*(both[i % 2].change("k", counted) for i in range(40)))
    assert sorted(got) == list(range(1, 41))


async def test_the_time_goes_on(store: Store, other: Store) -> None:
    first = await limits(store).change("k", lambda row, now: (row, now))
    second = await limits(other).change("k", lambda row, now: (row, now))
    assert first <= second < first + 60


async def test_a_decision_that_fails_changes_nothing(store: Store) -> None:
    def fail(row: LimitRow, now: float) -> tuple[LimitRow, None]:
        raise ZeroDivisionError

    await limits(store).change("k", counted)
    with pytest.raises(ZeroDivisionError):
        await limits(store).change("k", fail)
    assert await limits(store).change("k", counted) == 2

"""Every contract test runs once per kind of storage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.databases import ready_database
from tests.storage.places import MemoryPlace, Place, PostgresPlace, SqlitePlace, Store


@pytest_asyncio.fixture(
    params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.network)]
)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        made: Place
        if request.param == "memory":
            made = MemoryPlace()
        elif request.param == "sqlite":
            made = SqlitePlace(tmp_path)
        else:
            address = request.getfixturevalue("postgres_address")
            made = PostgresPlace(await stack.enter_async_context(ready_database(address)))
        yield made
        for lost in made.lost:
            await lost.close()


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = await place.open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(place: Place, store: Store) -> AsyncIterator[Store]:
    """The same storage as a second process sees it."""
    opened = await place.open()
    yield opened
    await opened.close()

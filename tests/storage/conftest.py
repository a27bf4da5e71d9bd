"""Every contract test runs once per kind of storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.storage.places import MemoryPlace, Place, SqlitePlace, Store


@pytest.fixture(params=["memory", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    places: dict[str, Callable[[], Place]] = {
        "memory": MemoryPlace,
        "sqlite": lambda: SqlitePlace(tmp_path),
    }
    return places[request.param]()


@pytest_asyncio.fixture
async def store(place: Place) -> AsyncIterator[Store]:
    opened = place.open()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(place: Place, store: Store) -> AsyncIterator[Store]:
    """The same storage as a second process sees it."""
    opened = place.open()
    yield opened
    await opened.close()

"""An engine over each store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from luban.sdk.code import BlockSource
from luban.storage import postgres
from luban.storage.memory import MemoryDatabase
from luban.storage.sqlite import open_database
from tests.databases import ready_database
from tests.engine.house import House, house_over
from tests.engine.kit import BLOCKS

OpenHouse = Callable[[BlockSource], AbstractAsyncContextManager[House]]


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.network)])
def open_house(request: pytest.FixtureRequest, tmp_path: Path) -> OpenHouse:
    """Opens an engine with blocks of the test's own."""
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_address")
        return lambda blocks: _house_on_a_server(address, blocks)

    def open_with(blocks: BlockSource) -> AbstractAsyncContextManager[House]:
        if request.param == "memory":
            return house_over(MemoryDatabase(), blocks)
        return house_over(open_database(tmp_path / "luban.db"), blocks)

    return open_with


@asynccontextmanager
async def _house_on_a_server(address: str, blocks: BlockSource) -> AsyncIterator[House]:
    async with ready_database(address) as url:
        database = await postgres.open_database(url)
        async with house_over(database, blocks) as house:
            yield house


@pytest.fixture
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(BLOCKS) as opened:
        yield opened

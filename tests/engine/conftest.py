"""An engine over each store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from luban.sdk.code import BlockSource
from luban.storage.memory import MemoryDatabase
from luban.storage.sqlite import open_database
from tests.engine.house import House, house_over
from tests.engine.kit import BLOCKS

OpenHouse = Callable[[BlockSource], AbstractAsyncContextManager[House]]


@pytest.fixture(params=["memory", "sqlite"])
def open_house(request: pytest.FixtureRequest, tmp_path: Path) -> OpenHouse:
    """Opens an engine with blocks of the test's own."""

    def open_with(blocks: BlockSource) -> AbstractAsyncContextManager[House]:
        if request.param == "memory":
            return house_over(MemoryDatabase(), blocks)
        return house_over(open_database(tmp_path / "luban.db"), blocks)

    return open_with


@pytest.fixture
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(BLOCKS) as opened:
        yield opened

"""Installations for the tests of whole servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from luban.server.settings import Settings
from tests.databases import fresh_database
from tests.server.upkeep_kit import Install


@pytest_asyncio.fixture
async def install(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Install]:
    async with AsyncExitStack() as stack:
        count = 0

        async def make(kind: str) -> Settings:
            nonlocal count
            count += 1
            url = ""
            if kind == "postgres":
                address = request.getfixturevalue("postgres_address")
                url = await stack.enter_async_context(fresh_database(address))
            return Settings(home=tmp_path / f"home {count}", database_url=url)

        yield make

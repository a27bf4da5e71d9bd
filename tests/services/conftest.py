"""A home in memory for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.server.wiring import Home
from tests.services.kit import memory_home


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with memory_home(tmp_path) as home:
        yield home

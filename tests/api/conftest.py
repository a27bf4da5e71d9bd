"""An application and a client for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import application, http_client


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Home, Any]]:
    async with application(tmp_path) as served:
        yield served


@pytest.fixture
def home(served: tuple[Home, Any]) -> Home:
    return served[0]


@pytest.fixture
async def http(served: tuple[Home, Any]) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(served[1]) as client:
        yield client

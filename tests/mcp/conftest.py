"""A home in memory that may reach the loopback address, and a server of tools beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import application, http_client
from tests.mcp.peer import Peer, everything, served


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = Peer()
    peer.server = everything(peer)
    async with served(peer.server, peer):
        yield peer


@pytest.fixture
async def home_and_app(tmp_path: Path) -> AsyncIterator[tuple[Home, Any]]:
    async with application(tmp_path, allow_hosts="loopback") as opened:
        await opened[0].worker.start()
        yield opened


@pytest.fixture
def home(home_and_app: tuple[Home, Any]) -> Home:
    return home_and_app[0]


@pytest.fixture
async def http(home_and_app: tuple[Home, Any]) -> AsyncIterator[httpx2.AsyncClient]:
    async with http_client(home_and_app[1]) as client:
        yield client

"""Who asked too often waits as long as the server says, and asks again."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest

from luban.api.app import create_app
from luban.client import ApiError, Client
from tests.api.kit import HOST, named_owner
from tests.services.kit import memory_home


async def test_a_request_that_came_too_often_waits_and_passes(tmp_path: Path) -> None:
    rates = {"local": True, "read": "1/second"}
    async with memory_home(tmp_path, rate_limits=rates) as home:
        app = create_app(home.house, identify=named_owner)
        async with Client(HOST, transport=httpx2.ASGITransport(app)) as luban:
            began = time.monotonic()
            for _ in range(2):
                assert (await luban.agents.list()).total == 0
            assert 0.9 < time.monotonic() - began < 10


async def test_nobody_waits_for_long_without_being_told(tmp_path: Path) -> None:
    rates = {"local": True, "read": "1/hour"}
    async with memory_home(tmp_path, rate_limits=rates) as home:
        app = create_app(home.house, identify=named_owner)
        async with Client(HOST, transport=httpx2.ASGITransport(app)) as luban:
            await luban.agents.list()
            with pytest.raises(ApiError, match="Too many requests of the kind `read`"):
                await luban.agents.list()

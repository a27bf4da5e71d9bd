"""A restore replaces the audit log with the rest, and leaves it as well kept as it was."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from luban.model.errors import LubanError
from luban.ports.audit import AuditEntry, AuditQuery
from luban.ports.stores import Slice
from luban.server.settings import Settings
from luban.server.upkeep import back_up, restore
from luban.server.wiring import Home, open_home
from tests.databases import fresh_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.network)])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Settings]:
    home = tmp_path / "home"
    if request.param == "sqlite":
        yield Settings(home=home, blocks_path=())
        return
    async with fresh_database(request.getfixturevalue("postgres_address")) as url:
        yield Settings(home=home, database_url=url, blocks_path=())


async def noted(home: Home, action: str, at: float) -> None:
    await home.house.audit.note(AuditEntry(at=at, user="u", team="t", by="session", action=action))


async def actions(home: Home) -> list[str]:
    found = await home.house.audit.list(AuditQuery(), Slice())
    return [each.action for each in found.items]


async def test_the_log_comes_back_and_is_still_kept(settings: Settings, tmp_path: Path) -> None:
    archive = tmp_path / "backup.luban"
    async with open_home(settings) as home:
        await noted(home, "agent.old", 1000.0)
        await home.house.audit.forget()  # leaves its mark, which is restored too
        await noted(home, "agent.create", time.time())
    await back_up(settings, archive)
    async with open_home(settings) as home:
        await noted(home, "agent.delete", time.time())
    await restore(settings, archive, force=True)
    async with open_home(settings) as home:
        assert await actions(home) == ["agent.create"]
        store = home.house.audit._store
        with pytest.raises((LubanError, Exception), match="day"):
            await store.forget_before(time.time())
        assert await actions(home) == ["agent.create"]

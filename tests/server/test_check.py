"""What `luban db check` finds, on either database, and that it finds nothing else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import LubanError, NotFound
from luban.server.settings import Settings
from luban.server.upkeep import check, migrate
from luban.storage.errors import DatabaseDamaged
from luban.storage.migrations import revisions
from luban.storage.migrations.upgrade import upgrade_sqlite
from tests.databases import command
from tests.server.upkeep_kit import Filled, Install, fill, opened, tear_page

KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.network)]
Execute = Callable[[str], Awaitable[None]]


async def execute(settings: Settings, statement: str) -> None:
    """Does something no part of the program does."""
    if settings.database_url:
        await command(settings.database_url, statement)
        return
    with closing(sqlite3.connect(settings.home / "luban.db")) as connection, connection:
        connection.execute(statement)


async def codes(settings: Settings) -> list[str]:
    found = await check(settings)
    for each in found:
        assert "{" not in each.message + each.message_zh
        assert each.message != each.message_zh
    return [each.code for each in found]


def place(settings: Settings, stored: Filled) -> Path:
    return settings.home / "files" / stored.file_id[-2:] / stored.file_id


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update journal set run = 77 where run = 2", "journal_without_run"),
        ("delete from journal where kind = 'run_ended'", "run_without_end"),
        ("update runs set status = 'failed' where id = 'r_2'", "run_without_end"),
        ("update runs set status = 'queued' where id = 'r_1'", "end_without_run_end"),
        ("delete from blobs", "payload_missing"),
        ("update blobs set data = owner::bytea", "payload_changed"),
        ("update journal set data = null where run = 2", "event_unreadable"),
    ],
)
async def test_rows_that_do_not_belong_together_are_found(
    install: Install, kind: str, statement: str, code: str
) -> None:
    settings = await install(kind)
    await fill(settings)
    assert await codes(settings) == []
    if kind == "sqlite":
        statement = statement.replace("owner::bytea", "cast(owner as blob)")
    await execute(settings, statement)
    assert await codes(settings) == [code]


@pytest.mark.parametrize("kind", KINDS)
async def test_files_missing_changed_and_orphaned_are_found(install: Install, kind: str) -> None:
    settings = await install(kind)
    stored = await fill(settings)
    path = place(settings, stored)
    path.write_bytes(b"short")
    assert await codes(settings) == ["file_changed"]
    path.unlink()
    assert await codes(settings) == ["file_missing"]
    other = settings.home / "files/zz/f_zz"
    other.parent.mkdir()
    other.write_bytes(b"")
    assert await codes(settings) == ["file_missing"]  # it may be on its way in
    os.utime(other, (1.0, 1.0))
    assert await codes(settings) == ["file_missing", "file_orphaned"]


async def test_a_database_that_is_behind_is_told(install: Install) -> None:
    settings = await install("sqlite")
    with pytest.raises(NotFound):
        await check(settings)
    settings.home.mkdir()
    upgrade_sqlite(str(settings.home / "luban.db"), revisions()[0])
    assert await codes(settings) == ["behind"]
    await migrate(settings)
    assert await codes(settings) == []


@pytest.mark.network
async def test_a_postgresql_that_is_up_to_date_can_be_migrated(install: Install) -> None:
    settings = await install("postgres")
    assert (await migrate(settings))["revision"] == revisions()[-1]
    assert await codes(settings) == []


@pytest.mark.parametrize("table", ["journal", "runs", "agents"])
async def test_an_overwritten_page_is_found_and_named(install: Install, table: str) -> None:
    settings = await install("sqlite")
    await fill(settings)
    path = settings.home / "luban.db"
    tear_page(path, table)
    found = await check(settings)
    assert {each.code for each in found} == {"damaged"}
    assert all(str(path) in each.message and "restore" in each.message for each in found)


async def test_a_file_that_is_cut_off_is_found_and_named(install: Install) -> None:
    settings = await install("sqlite")
    await fill(settings)
    path = settings.home / "luban.db"
    path.write_bytes(path.read_bytes()[:-4096])
    (found,) = await check(settings)
    assert found.code == "damaged"
    assert str(path) in found.message
    with pytest.raises(DatabaseDamaged) as caught:
        async with opened(settings):
            pass
    assert "luban db restore" in str(caught.value)
    assert "luban db restore" in caught.value.message_zh


async def test_nothing_of_a_torn_journal_is_half_read(install: Install) -> None:
    """The other runs of a server that has the file open do not notice."""
    settings = await install("sqlite")
    await fill(settings)
    path = settings.home / "luban.db"
    tear_page(path, "journal")
    async with opened(settings) as database:
        for run in ("r_1", "r_2"):
            with pytest.raises(LubanError) as caught:
                await database.journal.read(run)
            assert str(path) in str(caught.value)
            assert "luban db restore" in str(caught.value)
        assert (await database.runs.find("local", "r_1")).status.value == "completed"


async def test_random_bytes_in_place_of_a_payload_are_found(install: Install) -> None:
    """SQLite itself does not notice: the pages a large value goes on in have no form."""
    settings = await install("sqlite")
    await fill(settings)
    path = settings.home / "luban.db"
    content: Any = path.read_bytes()
    at = content.index(b"x" * 4000)
    path.write_bytes(content[:at] + b"y" * 100 + content[at + 100 :])
    assert await codes(settings) == ["payload_changed"]

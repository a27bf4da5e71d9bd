"""What a PostgreSQL database is asked before it is used, and what is said when it will not do."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from luban.model.errors import InvalidValue, LubanError
from luban.storage.migrations import REVISION_TABLE, revisions
from luban.storage.migrations.upgrade import postgres_script
from luban.storage.postgres import open_database
from luban.storage.postgres.errors import (
    DatabaseMissing,
    DatabaseRefused,
    DatabaseUnreachable,
    NewerDatabase,
    WrongDatabase,
)
from luban.storage.postgres.statements import numbered
from tests.databases import command, fresh_database

SECRET = "secret-word"


def silent(error: LubanError) -> None:
    """Both sentences name the database, and neither its password."""
    for text in (str(error), error.message_zh, repr(error.params)):
        assert SECRET not in text
        assert "postgresql://" in text


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(DatabaseUnreachable) as refused:
        await open_database(f"postgresql://u:{SECRET}@127.0.0.1:1/luban?application_name=x")
    silent(refused.value)


@pytest.mark.parametrize("url", ["postgresql://h", f"postgresql://u:{SECRET}@h:port/x", "x://h/d"])
async def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(InvalidValue, match="DATABASE_URL") as refused:
        await open_database(url)
    assert SECRET not in str(refused.value)


@pytest.mark.network
async def test_a_database_that_is_not_there(postgres_address: str) -> None:
    parts = urlsplit(postgres_address)
    url = parts._replace(netloc=f"postgres:{SECRET}@{parts.hostname}:{parts.port}", path="/nosuch")
    with pytest.raises(DatabaseMissing, match="createdb nosuch") as refused:
        await open_database(url.geturl())
    silent(refused.value)


@pytest.mark.network
async def test_many_begin_at_once_and_one_makes_the_schema(postgres_address: str) -> None:
    async with fresh_database(postgres_address) as url:
        opened = await asyncio.gather(*(open_database(url) for _ in range(5)))
        found = await command(url, f"select version_num from {REVISION_TABLE}")
        assert [row[0] for row in found] == [revisions()[-1]]
        await asyncio.gather(*(each.close() for each in opened))


@pytest.mark.network
async def test_a_database_of_another_program_is_left_alone(postgres_address: str) -> None:
    async with fresh_database(postgres_address) as url:
        await command(url, "create table customers (id int)")
        with pytest.raises(WrongDatabase) as refused:
            await open_database(url)
        silent(refused.value)
        tables = await command(url, "select tablename from pg_tables where schemaname = 'public'")
        assert [row[0] for row in tables] == ["customers"]


@pytest.mark.network
async def test_a_database_in_another_encoding_is_refused(postgres_address: str) -> None:
    options = "encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'"
    async with fresh_database(postgres_address, options) as url:
        with pytest.raises(WrongDatabase, match="LATIN1"):
            await open_database(url)


@pytest.mark.network
async def test_a_newer_database_is_refused(postgres_address: str) -> None:
    async with fresh_database(postgres_address) as url:
        await (await open_database(url)).close()
        await command(url, f"update {REVISION_TABLE} set version_num = '9999'")
        with pytest.raises(NewerDatabase, match="9999"):
            await open_database(url)


@pytest.mark.network
async def test_a_user_who_may_not_make_tables(postgres_address: str) -> None:
    async with fresh_database(postgres_address) as url:
        parts = urlsplit(url)
        name = f"{parts.path[1:]}_user"
        await command(url, f"create role {name} login password '{SECRET}'")
        await command(url, "revoke all on schema public from public")
        theirs = parts._replace(netloc=f"{name}:{SECRET}@{parts.hostname}:{parts.port}").geturl()
        try:
            with pytest.raises(DatabaseRefused, match=r"permission denied|no schema"):
                await open_database(theirs)
        finally:
            await command(url, f"drop role {name}")


def test_an_upgrade_begins_where_the_database_stands() -> None:
    whole = postgres_script()
    assert "CREATE TABLE journal" in whole
    assert f"'{revisions()[-1]}'" in whole
    assert "CREATE" not in postgres_script(revisions()[-1])
    assert "BEGIN" not in whole


def test_names_become_numbers_outside_of_texts_and_casts() -> None:
    made = numbered("select ':x', :b::text, :a, :b from t where c = 'it''s :a'")
    assert made.text == "select ':x', $1::text, $2, $1 from t where c = 'it''s :a'"
    assert made.arguments({"a": 1, "b": 2, "c": 3}) == [2, 1]

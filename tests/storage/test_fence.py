"""Row-level security on PostgreSQL: what one owner's statements could reach if they forgot it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio

from luban.model.errors import LubanError
from luban.server.settings import Settings
from luban.server.wiring import open_home
from luban.storage import postgres
from luban.storage.postgres import address
from luban.storage.postgres.errors import WrongDatabase
from luban.storage.postgres.owned import OwnedPool
from tests.databases import command, fresh_database
from tests.storage.drafts import OWNER, STRANGER, agent, draft

pytestmark = pytest.mark.network

COUNT = "select count(*) as total from agents"
TABLES_OF_OWNERS = """
select c.relname, c.relrowsecurity, exists (
  select 1 from pg_policy p where p.polrelid = c.oid) as has_policy
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'owner'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"""


@pytest_asyncio.fixture(params=["superuser", "makes roles", "is given a role"])
async def url(request: pytest.FixtureRequest, postgres_address: str) -> AsyncIterator[str]:
    """An empty database of a user who is nobody special, or of one who is."""
    if request.param == "superuser":
        async with fresh_database(postgres_address) as made:
            yield made
        return
    user = f"luban_test_{secrets.token_hex(4)}"
    rights = "createrole" if request.param == "makes roles" else ""
    await command(postgres_address, f"create role {user} login password 'pw' {rights}")
    try:
        if request.param == "is given a role":
            await command(postgres_address, f"create role {user}_requests nologin")
            await command(postgres_address, f"grant {user}_requests to {user}")
        async with fresh_database(postgres_address, f"owner {user}") as made:
            yield as_user(made, user)
    finally:
        await command(postgres_address, f"drop role if exists {user}_requests")
        await command(postgres_address, f"drop role {user}")


def as_user(url: str, user: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user)}:pw@{host}").geturl()


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[postgres.PostgresDatabase]:
    opened = await postgres.open_database(url)
    assert opened.fence.role
    await opened.agents.create(agent())
    await opened.agents.create(agent(id="a_2", owner=STRANGER))
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def owned(url: str, database: postgres.PostgresDatabase) -> AsyncIterator[OwnedPool]:
    """The connections that requests get, spoken to in any words."""
    assert database.fence.role
    pool = OwnedPool(address.parse(url), database.fence.role)
    await pool.open()
    yield pool
    await pool.close()


async def test_who_names_no_owner_sees_and_changes_nothing(owned: OwnedPool) -> None:
    assert (await owned.fetch(COUNT))[0]["total"] == 0
    assert (await owned.once(COUNT))[0]["total"] == 0
    async with owned.transaction() as session:
        assert (await session.fetch(COUNT))[0]["total"] == 0
        assert await session.execute("update agents set name = 'stolen'") == 0
        assert await session.execute("delete from agents") == 0


async def test_a_statement_that_forgot_its_owner_reaches_ones_own_only(owned: OwnedPool) -> None:
    forgot = "select id from agents where :owner <> ''"
    assert [row["id"] for row in await owned.fetch(forgot, owner=OWNER)] == ["a_1"]
    assert [row["id"] for row in await owned.fetch(forgot, owner=STRANGER)] == ["a_2"]
    page = await owned.page(
        "select id from agents limit :limit offset :offset", COUNT, owner=OWNER, limit=9, offset=0
    )
    assert [row["id"] for row in page.rows] == ["a_1"]
    assert page.total == 1
    async with owned.transaction() as session:
        changed = await session.execute("update agents set name = :owner", owner=OWNER)
        assert changed == 1


async def test_nobody_writes_for_another(owned: OwnedPool) -> None:
    insert = (
        "insert into state (owner, scope, key, value, updated_at) "
        "values (:to, '', '', '', 0) returning :owner::text"
    )
    give = "update agents set owner = :to where owner = :owner returning id"
    for statement in (insert, give):
        with pytest.raises(LubanError, match="row-level security"):
            await owned.once(statement, owner=OWNER, to=STRANGER)


async def test_nothing_is_left_for_the_next_user_of_a_connection(owned: OwnedPool) -> None:
    """One after the other, so that all of this goes over the same connection."""
    assert (await owned.fetch(f"{COUNT} where :owner <> ''", owner=OWNER))[0]["total"] == 1
    assert (await owned.fetch(COUNT))[0]["total"] == 0
    await owned.fetch(f"{COUNT} where :owner <> ''", owner=OWNER)
    async with owned.transaction() as session:
        assert (await session.fetch(COUNT))[0]["total"] == 0
    async with owned.transaction() as session:
        mine = await session.fetch("select id from agents where :owner <> ''", owner=STRANGER)
        assert [row["id"] for row in mine] == ["a_2"]
    mine = await owned.fetch("select id from agents where :owner <> ''", owner=OWNER)
    assert [row["id"] for row in mine] == ["a_1"]
    with pytest.raises(LubanError):
        await owned.fetch("select 1 / 0 where :owner <> ''", owner=STRANGER)
    assert (await owned.fetch(COUNT))[0]["total"] == 0


async def test_what_is_nobodys_row_is_out_of_reach(owned: OwnedPool) -> None:
    for table in ("users", "sessions", "api_keys", "teams", "audit", "workers"):
        with pytest.raises(LubanError, match="permission denied"):
            await owned.fetch(f"select * from {table}")


async def test_the_engine_sees_everybodys(database: postgres.PostgresDatabase) -> None:
    await database.runs.create(draft())
    await database.runs.create(draft(id="r_2", owner=STRANGER, agent_id="a_2"))
    await database.queue.register()
    assert {run.id for run in await database.queue.claim(9)} == {"r_1", "r_2"}
    # No policy is in its statements, so that it costs what it did.
    (row,) = await database._pool.fetch("select row_security_active('runs') as active")
    assert not row["active"]


async def test_every_table_with_owners_is_fenced(url: str) -> None:
    await (await postgres.open_database(url)).close()
    tables = await command(url, TABLES_OF_OWNERS)
    assert len(tables) > 10
    assert [row["relname"] for row in tables if not (row[1] and row["has_policy"])] == []


async def test_a_user_who_may_not_make_the_role_is_told(
    postgres_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    user = f"luban_test_{secrets.token_hex(4)}"
    await command(postgres_address, f"create role {user} login password 'pw'")
    try:
        async with fresh_database(postgres_address, f"owner {user}") as made:
            database = await postgres.open_database(as_user(made, user))
            assert database.fence.role is None
            assert f"{user}_requests" in database.fence.missing
            assert "row-level security is off" in caplog.text
            await database.agents.create(agent())
            assert await database.agents.find(OWNER, "a_1") is not None
            await database.close()
    finally:
        await command(postgres_address, f"drop role {user}")


async def test_tables_of_another_user_are_refused(postgres_address: str) -> None:
    user = f"luban_test_{secrets.token_hex(4)}"
    await command(postgres_address, f"create role {user} login password 'pw'")
    try:
        async with fresh_database(postgres_address) as made:
            await (await postgres.open_database(made)).close()
            await command(made, f"grant all on all tables in schema public to {user}")
            with pytest.raises(WrongDatabase, match="belong to another user"):
                await postgres.open_database(as_user(made, user))
    finally:
        await command(postgres_address, f"drop role {user}")


async def test_the_role_that_would_pass_is_not_used(postgres_address: str) -> None:
    user = f"luban_test_{secrets.token_hex(4)}"
    await command(postgres_address, f"create role {user} login password 'pw'")
    await command(postgres_address, f"create role {user}_requests bypassrls")
    await command(postgres_address, f"grant {user}_requests to {user}")
    try:
        async with fresh_database(postgres_address, f"owner {user}") as made:
            database = await postgres.open_database(as_user(made, user))
            assert database.fence.role is None
            assert "passes" in database.fence.missing
            await database.close()
    finally:
        await command(postgres_address, f"drop role {user}_requests")
        await command(postgres_address, f"drop role {user}")


async def test_it_asks_only_when_the_owner_changes(owned: OwnedPool) -> None:
    """The price of the fence for reads, counted by the server."""
    mine = "select id from agents where owner = :owner"
    line: Any
    async with owned._pool.acquire() as line:
        asked: list[str] = []

        def count(query: Any) -> None:
            asked.append(query.query)

        line.add_query_logger(count)
    for owner in (OWNER, OWNER, OWNER, STRANGER):
        await owned.fetch(mine, owner=owner)
    said = [each for each in asked if "set_config" in each]
    assert len(said) <= 2


async def test_that_there_is_no_fence_is_a_finding(postgres_address: str, tmp_path: Path) -> None:
    user = f"luban_test_{secrets.token_hex(4)}"
    await command(postgres_address, f"create role {user} login password 'pw'")
    try:
        async with fresh_database(postgres_address, f"owner {user}") as made:
            settings = Settings(home=tmp_path, database_url=as_user(made, user), slots=0)
            async with open_home(settings) as home:
                (found,) = await home.house.findings.list(OWNER)
                assert found.code == "row_level_security_off"
                assert f"{user}_requests" in found.message
    finally:
        await command(postgres_address, f"drop role {user}")

"""SQL blocks on real servers: what is bound, what is refused, what is stopped."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from luban.blocks.storage.sql_query import SqlQuery
from luban.blocks.storage.sql_write import SqlWrite
from luban.blocks.storage.sqlite_query import SqliteQuery
from luban.model.errors import LubanError
from luban.net import AllowList
from luban.net.driver_gate import DriverGate
from luban.sdk.databases import SqlServer, Statement
from luban.sdk.testing import TestContext, run_block
from luban.storage.outside import OutsideDatabases
from tests.blocks_storage.kit import context
from tests.databases import fresh_database

pytestmark = pytest.mark.network

BAD = "o'; drop table goods; --"
TEXTS = [BAD, "\\", "\\' or 1=1 #", "%s %(x)s", "{{name}}", ":name", "墨斗 🪚", '"', "a\nb", ""]


class Server:
    """One database, spoken to by the blocks."""

    def __init__(self, kind: str, login: dict[str, str]) -> None:
        self.kind = kind
        self.login = login

    async def query(self, sql: str, parameters: Any = None, **more: Any) -> dict[str, list[Any]]:
        inputs = {"query": sql, "parameters": parameters or {}, "database": self.kind, **more}
        return await run_block(SqlQuery, context(self.kind, self.login), **inputs)

    async def write(self, sql: str, parameters: Any = None, **more: Any) -> dict[str, list[Any]]:
        inputs = {"statement": sql, "parameters": parameters or {}, "database": self.kind, **more}
        return await run_block(SqlWrite, context(self.kind, self.login), **inputs)

    async def fails(self, sql: str, **more: Any) -> str:
        with pytest.raises(LubanError) as raised:
            await self.query(sql, **more)
        assert self.login.get("password", "none") not in str(raised.value)
        return raised.value.code


@pytest_asyncio.fixture(params=["postgresql", "mysql"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A table `goods` with two rows."""
    if request.param == "mysql":
        made = Server("mysql", request.getfixturevalue("mysql_login"))
        await _fill(made)
        yield made
        await made.write("drop table goods", structure=True)
        return
    address = request.getfixturevalue("postgres_address")
    async with fresh_database(address) as url:
        made = Server("postgresql", {"url": f"{url}?sslmode=disable"})
        await _fill(made)
        yield made


async def _fill(server: Server) -> None:
    create = "create table goods (id int primary key, name text, price decimal(20, 2))"
    await server.write(create, structure=True)
    insert = "insert into goods values (:id, :name, :price)"
    rows = [{"id": 1, "name": "saw", "price": 9.5}, {"id": 2, "name": "锯", "price": 2}]
    assert (await server.write(insert, each=rows))["affected"] == [2]


async def test_values_are_bound_and_never_read_as_sql(server: Server) -> None:
    insert = "insert into goods values (:id, :name, null)"
    rows = [{"id": 10 + n, "name": text} for n, text in enumerate(TEXTS)]
    assert (await server.write(insert, each=rows))["affected"] == [len(TEXTS)]
    found = await server.query("select name from goods where id >= 10 order by id")
    assert [row["name"] for row in found["rows"][0]] == TEXTS
    for text in TEXTS:
        found = await server.query(
            "select id from goods where name = :name and id >= 10", {"name": text}
        )
        assert found["count"] == [1]


async def test_an_answer_is_rows_columns_and_whether_there_was_more(server: Server) -> None:
    sql = "select id, name, price, id from goods order by id"
    rows = [
        {"id": 1, "name": "saw", "price": 9.5, "id_2": 1},
        {"id": 2, "name": "锯", "price": 2, "id_2": 2},
    ]
    found = await server.query(sql)
    assert found == {
        "rows": [rows],
        "columns": [["id", "name", "price", "id_2"]],
        "count": [2],
        "truncated": [False],
    }
    one = await server.query(sql, max_rows=1, deliver=True)
    assert (one["row"], one["count"], one["truncated"]) == (rows[:1], [1], [True])
    none = await server.query("select id from goods where id > :most", {"most": 99})
    assert none == {"rows": [[]], "columns": [["id"]], "count": [0], "truncated": [False]}


async def test_reading_changes_nothing(server: Server) -> None:
    """What gets past the look at the statement is stopped by the transaction."""
    outside = context(server.kind, server.login).databases
    place = await _place(server)
    for text in ("delete from goods", "insert into goods values (9, 'x', 1)", "drop table goods"):
        with pytest.raises(LubanError) as raised:
            async for _ in outside.read(place, Statement((text,)), {}, seconds=5, most=9):
                pass
        # MariaDB ends a transaction by DDL; it still does not do it.
        assert raised.value.code in ("sql_read_only", "sql_failed"), text
    assert (await server.query("select * from goods"))["count"] == [2]


async def _place(server: Server) -> SqlServer:
    from luban.sdk.credential import OpenCredential
    from luban.sdk.database_logins import sql_server

    return sql_server(OpenCredential(server.login), server.kind)  # pyright: ignore[reportArgumentType]


async def test_a_write_is_done_whole_or_not_at_all(server: Server) -> None:
    rows = [{"id": 3}, {"id": 1}]
    with pytest.raises(LubanError) as raised:
        await server.write("insert into goods (id) values (:id)", each=rows)
    assert raised.value.code == "sql_failed"
    assert (await server.query("select * from goods"))["count"] == [2]
    assert (await server.write("insert into goods (id) values (:id)", each=[]))["affected"] == [0]


async def test_what_takes_too_long_is_stopped_on_the_server(server: Server) -> None:
    if server.kind == "mysql":
        slow, running = (
            "select sleep(60)",
            "select 1 from information_schema.processlist where info like 'select sleep(6%'",
        )
    else:
        slow = "select count(*) from generate_series(1, 1000000000) as busy_test"
        running = (
            "select 1 from pg_stat_activity where state = 'active' and query like '%as busy_tes_'"
        )
    assert await server.fails(slow, timeout=0.3) == "sql_timed_out"
    for _ in range(100):
        if (await server.query(running))["count"] == [0]:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the server still works on it")


async def test_errors_say_what_is_wrong(server: Server) -> None:
    assert await server.fails("select * from nowhere") == "sql_failed"
    assert await server.fails("select :a", parameters={}) == "parameter_missing"
    assert await server.fails("select 1", parameters={"a": 1}) == "parameter_unknown"
    wrong = Server(server.kind, {**server.login, "username": "nobody", "password": "wrong-one"})
    if server.kind == "mysql":
        assert await wrong.fails("select 1") == "outside_database_refused"
    assert await server.fails("select 1", database_name="nowhere") == "outside_database_refused"
    closed = {"host": "db.test", "port": "1", "username": "u", "database": "d", "security": "none"}
    assert await Server(server.kind, closed).fails("select 1") == "outside_database_unreachable"
    tls = dict(closed, port=(await _place(server)).port, security="tls")
    encrypted = Server(server.kind, {name: str(value) for name, value in tls.items()})
    assert await encrypted.fails("select 1") == "outside_database_not_encrypted"


async def test_types_of_postgresql_become_json_and_back(postgres_address: str) -> None:
    server = Server("postgresql", {"url": f"{postgres_address}?sslmode=disable"})
    sql = """select :n::numeric n, 12345678901234567890.1::numeric big, :d::date d,
      :t::timestamptz t, :u::uuid u, :j::jsonb j, :a::int[] a, :b::bytea b, :f::bool f,
      int4range(1, 5) r, 'NaN'::float8 x, interval '90 s' i, '10.0.0.1'::inet h, null z"""
    values = {
        "n": 1.25,
        "d": "2026-01-31",
        "t": "2026-01-31T08:00:00+08:00",
        "u": "8c4f1f5e-5d0e-4b0c-9d1a-2f3f4a5b6c7d",
        "j": {"a": [1, None]},
        "a": [1, 2],
        "b": "AP8=",
        "f": True,
    }
    found = await server.query(sql, values)
    assert found["rows"] == [
        [
            {
                **values,
                "t": "2026-01-31T00:00:00+00:00",
                "big": "12345678901234567890.1",
                "r": {"lower": 1, "upper": 5, "bounds": "[)"},
                "x": None,
                "i": 90.0,
                "h": "10.0.0.1",
                "z": None,
            }
        ]
    ]
    with pytest.raises(LubanError, match="`n` does not fit"):
        await server.query("select :n::int", {"n": "many"})


async def test_the_guard_holds_for_databases(postgres_address: str) -> None:
    place = SqlServer("postgresql", "127.0.0.1", 5432, "postgres", "postgres", "", "none")
    closed = OutsideDatabases(DriverGate(AllowList()).address)
    with pytest.raises(LubanError, match="LUBAN_ALLOW_HOSTS"):
        async for _ in closed.read(place, Statement(("select 1",)), {}, seconds=5, most=1):
            pass


async def test_nothing_is_sent_in_clear_over_the_internet() -> None:
    async def public(host: str, port: int) -> str:
        return "93.184.216.34"

    place = SqlServer("mssql", "db.example.com", 1433, "d", "u", "p", "none")
    with pytest.raises(LubanError) as raised:
        await OutsideDatabases(public).write(place, Statement(("x",)), [{}], seconds=5, most=1)
    assert raised.value.code == "outside_database_not_encrypted"


# -- SQLite files ----------------------------------------------------------------------------


@pytest.fixture
def goods(tmp_path: Path) -> Path:
    path = tmp_path / "goods.db"
    with sqlite3.connect(path) as made:
        made.execute("create table goods (name text, price real, picture blob)")
        made.executemany("insert into goods values (?, ?, ?)", [("墨斗", 5, b"\x00\xff")] * 3)
        made.execute("create view expensive as select * from goods where price > 1")
    made.close()
    return path


def sqlite_context(*allowed: Path) -> TestContext:
    async def nowhere(host: str, port: int) -> str:
        raise AssertionError

    return TestContext(databases=cast("Any", OutsideDatabases(nowhere, allowed)))


async def ask(path: Path, sql: str, **more: Any) -> dict[str, list[Any]]:
    ctx = sqlite_context()
    file = ctx.files.put("goods.db", path.read_bytes())
    return await run_block(SqliteQuery, ctx, query=sql, file=file.as_value(), **more)


async def test_a_stored_sqlite_file_is_read(goods: Path) -> None:
    found = await ask(goods, "select * from expensive where name = :n", parameters={"n": "墨斗"})
    assert found["rows"][0][0] == {"name": "墨斗", "price": 5.0, "picture": "AP8="}
    found = await ask(goods, "select name from goods", max_rows=2, deliver=True)
    assert (found["count"], found["truncated"], len(found["row"])) == ([2], [True], 2)
    found = await ask(goods, "pragma table_info(goods)")
    assert [row["name"] for row in found["rows"][0]] == ["name", "price", "picture"]


@pytest.mark.parametrize(
    "sql",
    [
        "pragma journal_mode = wal",
        "pragma writable_schema = on",
        "pragma database_list",
        "with x as (select 1) insert into goods select 1, 2, 3",
        "with x as (select 1) delete from goods",
        "select load_extension('x')",
        "explain attach 'x' as y",
    ],
)
async def test_sqlite_itself_refuses_all_but_reading(goods: Path, sql: str) -> None:
    before = goods.read_bytes()
    with pytest.raises(LubanError) as raised:
        await run_block(SqliteQuery, sqlite_context(goods.parent), query=sql, path=str(goods))
    assert raised.value.code in ("sql_read_only", "sql_not_allowed")
    assert goods.read_bytes() == before


async def test_an_endless_statement_on_sqlite_ends(goods: Path) -> None:
    numbers = "with recursive n (i) as (select 1 union all select i + 1 from n)"
    with pytest.raises(LubanError) as raised:
        await ask(goods, f"{numbers} select count(*) from n", timeout=0.2)
    assert raised.value.code == "sql_timed_out"


async def test_paths_are_allowed_by_an_administrator_only(goods: Path, tmp_path: Path) -> None:
    inside = tmp_path / "open"
    inside.mkdir()
    (inside / "link.db").symlink_to(goods)
    for path in (goods, inside / "link.db", inside / ".." / "goods.db", tmp_path / "no.db"):
        ctx = sqlite_context(inside)
        with pytest.raises(LubanError) as raised:
            await run_block(SqliteQuery, ctx, query="select 1", path=str(path))
        assert raised.value.code == "sqlite_path_forbidden"
    found = await run_block(
        SqliteQuery, sqlite_context(goods), query="select count(*) n from goods", path=str(goods)
    )
    assert found["rows"] == [[{"n": 3}]]


async def test_other_bytes_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(LubanError) as raised:
        await ask(tmp_path / "x", "select * from sqlite_master")
    assert raised.value.code == "not_a_sqlite_file"

"""SQL Server, as far as its driver can be followed without one: what is sent, what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from luban.blocks.storage.sql_query import SqlQuery
from luban.blocks.storage.sql_write import SqlWrite
from luban.model.errors import LubanError
from luban.sdk.testing import run_block
from tests.blocks_storage.kit import context
from tests.blocks_storage.tds_server import Told, tds_server

BAD = "x'; drop table goods --"


@pytest.fixture
def server() -> Iterator[Told]:
    with tds_server() as told:
        yield told


async def ask(server: Told, block: Any, /, **inputs: Any) -> dict[str, list[Any]]:
    login = {
        "host": "db.test",
        "port": str(server.port),
        "database": "shop",
        "username": "clerk",
        "password": "s3cret",
        "security": "none",
    }
    return await run_block(block, context("mssql", login), database="mssql", **inputs)


async def test_values_are_sent_apart_and_all_is_rolled_back(server: Told) -> None:
    server.rows = [(1, "锯"), (2, None), (3, "saw")]
    sql = "select id, name from goods where name = :name and n % 2 = 0"
    found = await ask(server, SqlQuery, query=sql, parameters={"name": BAD}, max_rows=2)
    assert found["rows"] == [[{"id": 1, "name": "锯"}, {"id": 2, "name": None}]]
    assert (found["columns"], found["truncated"]) == ([["id", "name"]], [True])
    (asked,) = [each for each in server.heard if each[0] in ("rpc", "batch")]
    text = asked[1].decode("utf-16-le", "ignore") + asked[1][1:].decode("utf-16-le", "ignore")
    assert asked[0] == "rpc"
    assert "name = @" in text and "n % 2 = 0" in text
    assert f"name = '{BAD}" not in text and BAD in text
    assert "rollback" in server.heard and "commit" not in server.heard


async def test_a_write_is_committed_and_counted(server: Told) -> None:
    given = [{"n": 1}, {"n": 2}]
    written = await ask(server, SqlWrite, statement="update goods set n = :n", each=given)
    assert written == {"affected": [6], "rows": [[]]}
    assert server.heard.count("commit") == 1
    server.heard.clear()
    server.error = (2627, "Violation of PRIMARY KEY.")
    with pytest.raises(LubanError, match="PRIMARY KEY") as raised:
        await ask(server, SqlWrite, statement="insert into goods values (:n)", each=given)
    assert raised.value.code == "sql_failed"
    assert "commit" not in server.heard


async def test_refusals_and_time_limits(server: Told) -> None:
    server.slow = True
    with pytest.raises(LubanError) as raised:
        await ask(server, SqlQuery, query="select 1", timeout=0.2)
    assert raised.value.code == "sql_timed_out"
    server.slow, server.refuses = False, True
    with pytest.raises(LubanError) as raised:
        await ask(server, SqlQuery, query="select 1")
    assert raised.value.code == "outside_database_refused"
    assert "s3cret" not in str(raised.value)

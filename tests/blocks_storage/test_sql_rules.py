"""Which statements are let through to a database, whatever somebody writes into them."""

from __future__ import annotations

import pytest

from luban.blocks.storage.sql_rules import changing, reading
from luban.blocks.storage.sql_text import parse
from luban.sdk import BlockError
from luban.sdk.databases import Dialect

ALL: tuple[Dialect, ...] = ("postgresql", "mysql", "mssql", "sqlite")

READS = [
    ("postgresql", "select * from a where b = :b"),
    ("postgresql", "with x as (select 1) select * from x;"),
    ("postgresql", "(select 1) union (select 2) -- and no more"),
    ("postgresql", "select 'delete; drop table x -- ''' || :a::text, $x$it's; drop$x$, E'\\';'"),
    ("postgresql", "select \"update\" /* /* nested */ */ from t where j ? 'k'"),
    ("mysql", "select `insert`, 5-- 3\n from t # a note"),
    ("mssql", "select [drop], @@version, 'exec' from dbo.orders where n % 2 = 0"),
    ("sqlite", "pragma table_info(t)"),
    ("sqlite", "select [a b], replace(x, 'a', 'b') from t"),
    ("mysql", "select replace(x, 'a', 'b'), truncate(1.5, 0), insert('abc', 1, 1, 'x') from t"),
]


@pytest.mark.parametrize(("dialect", "sql"), READS)
def test_what_reads_is_let_through(dialect: Dialect, sql: str) -> None:
    assert reading(sql, dialect).pieces


STACKED = [
    "select 1; drop table x",
    "select 1;select 2",
    "select 1; -- quiet\n delete from x",
    "select ';' ; /* */ update x set a = 1",
]
NOT_READING = ["insert into x values (1)", "drop table x", "begin", "set x = 1", "copy x to 'y'"]
TEMPLATES = ["select '{{name}}'", "select {{ user.id }}", "select ${id}", "select {% if a %}1"]


@pytest.mark.parametrize("dialect", ALL)
def test_stacked_statements_and_templates_are_refused(dialect: Dialect) -> None:
    for sql in STACKED:
        with pytest.raises(BlockError) as raised:
            reading(sql, dialect)
        assert raised.value.code == "several_statements", sql
    for sql in NOT_READING:
        with pytest.raises(BlockError) as raised:
            reading(sql, dialect)
        assert raised.value.code == "sql_read_only", sql
    for sql in TEMPLATES:
        with pytest.raises(BlockError) as raised:
            reading(sql, dialect)
        assert raised.value.code == "template_in_sql", sql
    for sql in ("", "  -- nothing", "select 'open", "select /* open", "select 1\0"):
        with pytest.raises(BlockError) as raised:
            reading(sql, dialect)
        assert raised.value.code == "bad_sql", sql


REACHING_OUT = [
    ("postgresql", "select pg_read_file('/etc/passwd')"),
    ("postgresql", "select PG_Read_Binary_File ('/etc/passwd')"),
    ("postgresql", "select \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "select pg_catalog.pg_ls_dir('/')"),
    ("postgresql", "select /* */ pg_read_file /* */ ('/etc/passwd')"),
    ("postgresql", "select U&\"\\0070g_read_file\"('/etc/passwd')"),
    ("postgresql", "select lo_export(1, '/tmp/x')"),
    ("postgresql", "select * from dblink('host=x', 'select 1') as t (a int)"),
    ("postgresql", "select query_to_xml('copy x to program ''id''', true, true, '')"),
    ("postgresql", "select set_config('transaction_read_only', 'off', false)"),
    ("postgresql", "select pg_terminate_backend(1)"),
    ("mysql", "select load_file('/etc/passwd')"),
    ("mysql", "select * from t into outfile '/tmp/x'"),
    ("mysql", "select * from t INTO\n/**/ DUMPFILE '/tmp/x'"),
    ("mysql", "select 1 /*!50000 into outfile '/tmp/x' */"),
    ("mysql", "select 1 /*M!100100 into outfile '/tmp/x' */"),
    ("mysql", "select 'a\\' into outfile '"),
    ("mysql", "select sys_exec('id')"),
    ("mssql", "select 1 exec xp_cmdshell 'dir'"),
    ("mssql", "select * from openrowset(bulk 'c:\\x', single_clob) a"),
    ("mssql", "select 1 waitfor delay '0:0:9'"),
    ("sqlite", "select load_extension('x')"),
    ("sqlite", "select writefile('/tmp/x', 'y')"),
]


@pytest.mark.parametrize(("dialect", "sql"), REACHING_OUT)
def test_the_servers_own_machine_is_out_of_reach(dialect: Dialect, sql: str) -> None:
    with pytest.raises(BlockError) as raised:
        reading(sql, dialect)
    assert raised.value.code in ("sql_not_allowed", "hidden_sql", "sql_read_only")
    assert raised.value.message_zh != str(raised.value)


def test_sql_server_needs_nothing_between_statements() -> None:
    for sql in ("select 1 delete from x", "select 1 into x from y", "select a from b drop table c"):
        with pytest.raises(BlockError, match="only reads"):
            reading(sql, "mssql")
    with pytest.raises(BlockError, match="one statement"):
        changing("insert into a values (1) delete from b", "mssql", structure=False)
    assert changing("update a set b = :b output inserted.id", "mssql", structure=False)
    merge = (
        "merge a using b on a.i = b.i when matched then update set a.x = b.x "
        "when not matched then insert (i) values (b.i);"
    )
    assert changing(merge, "mssql", structure=False).statement.parts[0].endswith("(b.i)")


def test_changing_needs_its_switches() -> None:
    for sql in (
        "insert into a values (:x)",
        "with d as (select 1) delete from a",
        "update a set b=1",
    ):
        for dialect in ALL:
            assert changing(sql, dialect, structure=False).pieces
    with pytest.raises(BlockError) as raised:
        changing("truncate a", "postgresql", structure=False)
    assert raised.value.code == "sql_not_allowed"
    for sql in (
        "create table a (b int)",
        "drop index x",
        "truncate a",
        "create or replace view v as select 1",
    ):
        assert changing(sql, "postgresql", structure=True).pieces
    refused = [
        "create function f() returns int as 'x' language c",
        "create or replace function f() returns int language plpython3u as 'x'",
        "create extension dblink",
        "alter user postgres superuser",
        "drop database shop",
        "copy a from program 'id'",
        "do $$ begin execute 'copy a to program ''id'''; end $$",
        "load data infile '/etc/passwd' into table a",
        "call p()",
        "set session authorization postgres",
        "commit",
        "grant all on a to b",
        "insert into a select pg_read_file('/etc/passwd')",
    ]
    for sql in refused:
        with pytest.raises(BlockError) as raised:
            changing(sql, "postgresql", structure=True)
        assert raised.value.code == "sql_not_allowed", sql


def test_parameters_are_found_where_they_are() -> None:
    sql = "select :a, ':b', x::int, y[1:2], \":c\", /* :d */ :a -- :e"
    assert parse(sql, "postgresql").statement.names == ("a", "a")
    made = parse("select :a, :b", "mysql").statement
    assert made.text(lambda number, name: f"<{number}{name}>") == "select <0a>, <1b>"
    for dialect, mark in (("postgresql", "$1"), ("mysql", "?"), ("mssql", "@a"), ("sqlite", "?1")):
        with pytest.raises(BlockError, match="is no parameter here"):
            parse(f"select {mark}", dialect)

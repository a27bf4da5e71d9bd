"""Rows out of a database of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from luban.blocks.storage.sql_rows import sent
from luban.blocks.storage.sql_rules import reading
from luban.blocks.storage.sql_values import values_of
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Emit,
    Example,
    Field,
)
from luban.sdk.database_logins import Database, sql_server

_LOGIN = {"host": "db.test", "database": "shop", "username": "reader", "password": "s3cret"}
_ORDERS = "select id, total from orders where customer = :customer order by id"


class SqlQuery(Block):
    """Asks a PostgreSQL, MySQL, MariaDB or SQL Server database, and changes nothing in it.

    Values go in as parameters: write `:name` in the statement and give the value under `name`. They
    are never pasted into the text, so nothing in them is taken for SQL. The statement runs in a
    transaction that only reads; at the time limit the server is told to stop.
    """

    id = "storage.sql_query"
    title = "SQL query"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "database"
    keywords = ("sql", "database", "select", "postgres", "mysql", "mariadb", "mssql", "rows")
    timeout = 900
    credentials = (
        CredentialNeed(provider="postgresql", optional=True),
        CredentialNeed(provider="mysql", optional=True),
        CredentialNeed(provider="mssql", optional=True),
    )

    class Input(BlockInput):
        query: str = Field(
            title="Statement",
            description="One SELECT, with `:name` where a value belongs.",
            widget="code",
            min_length=1,
            max_length=100_000,
        )
        parameters: dict[str, Any] = Field(
            default_factory=dict, title="Parameters", description="The values by their names."
        )
        database: Database = Field(
            "postgresql",
            title="Database",
            description="What kind of server it is; MariaDB is `mysql`.",
        )
        database_name: str = Field(
            "",
            title="Name of the database",
            description="If it is another than the credential says.",
            max_length=200,
        )
        deliver: bool = Field(
            False,
            title="One by one",
            description="Each row leaves by `row` as it comes, instead of all in one list.",
        )
        max_rows: int = Field(
            1000, ge=1, le=100_000, title="Most rows", description="What is beyond is left out."
        )
        timeout: float = Field(
            30, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        rows: list[dict[str, Any]] = Field(
            title="Rows", description="All rows, each an object by columns.", main=True
        )
        row: dict[str, Any] = Emit("One row after another, if asked for.", title="Row")
        columns: list[str] = Field(title="Columns", description="Their names, in order.")
        count: int = Field(title="Count", description="How many rows there are here.")
        truncated: bool = Field(title="Cut off", description="Whether there were more rows.")

    examples = (
        Example(
            {"query": _ORDERS, "parameters": {"customer": "Li'; drop table orders --"}},
            {
                "rows": [{"id": 1, "total": 9.5}],
                "columns": ["id", "total"],
                "count": 1,
                "truncated": False,
            },
            {
                "sql": {_ORDERS: {"columns": ["id", "total"], "rows": [[1, 9.5]]}},
                "credentials": {"postgresql": _LOGIN},
            },
        ),
        Example(
            {"query": "select n from numbers", "deliver": True, "max_rows": 2, "database": "mysql"},
            {"row": [{"n": 1}, {"n": 2}], "columns": ["n"], "count": 2, "truncated": True},
            {
                "sql": {"select n from numbers": {"columns": ["n"], "rows": [[1], [2], [3]]}},
                "credentials": {"mysql": {"url": "mysql://reader:s3cret@db.test/shop"}},
            },
        ),
        Example(
            {"query": "delete from orders"},
            {"error": {"code": "sql_read_only"}},
            {"credentials": {"postgresql": _LOGIN}},
        ),
        Example(
            {"query": "select * from orders where customer = '{{name}}'"},
            {"error": {"code": "template_in_sql"}},
            {"credentials": {"postgresql": _LOGIN}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> AsyncIterator[tuple[str, Any]]:
        statement = reading(input.query, input.database).statement
        values = values_of(statement, input.parameters)
        opened = await ctx.credential(input.database)
        server = sql_server(opened, input.database, input.database_name)
        parts = ctx.databases.read(
            server, statement, values, seconds=input.timeout, most=input.max_rows + 1
        )
        async for pin, value in sent(parts, input.max_rows, each=input.deliver):
            yield pin, value

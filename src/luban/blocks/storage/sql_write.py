"""Changes in a database of others."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.sql_rows import named
from luban.blocks.storage.sql_rules import changing
from luban.blocks.storage.sql_values import values_of
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    CredentialNeed,
    Effect,
    Example,
    Field,
)
from luban.sdk.database_logins import Database, sql_server

_LOGIN = {"host": "db.test", "database": "shop", "username": "clerk", "password": "s3cret"}
_INSERT = "insert into orders (customer, total) values (:customer, :total)"


class SqlWrite(Block):
    """Inserts, updates, deletes or merges rows of a PostgreSQL, MySQL or SQL Server database.

    Values go in as parameters. With a list of them the statement is done once for each, all in one
    transaction. A step that is cut off in the middle is in doubt, and never simply repeated.
    """

    id = "storage.sql_write"
    title = "SQL write"
    category = "storage"
    effect = Effect.ONCE
    icon = "database-zap"
    keywords = ("sql", "database", "insert", "update", "delete", "postgres", "mysql", "mssql")
    timeout = 900
    credentials = (
        CredentialNeed(provider="postgresql", optional=True),
        CredentialNeed(provider="mysql", optional=True),
        CredentialNeed(provider="mssql", optional=True),
    )

    class Input(BlockInput):
        statement: str = Field(
            title="Statement",
            description="One INSERT, UPDATE, DELETE or MERGE, with `:name` where a value belongs.",
            widget="code",
            min_length=1,
            max_length=100_000,
        )
        parameters: dict[str, Any] = Field(
            default_factory=dict, title="Parameters", description="The values by their names."
        )
        each: list[dict[str, Any]] | None = Field(
            None,
            title="For each",
            description="Several sets of values, in place of the one or beside it.",
            max_length=10_000,
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
        structure: bool = Field(
            False,
            title="Change tables too",
            description="Allow CREATE, ALTER, DROP and TRUNCATE of tables, indexes and views.",
            advanced=True,
        )
        timeout: float = Field(
            30, gt=0, le=600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        affected: int = Field(
            title="Affected rows", description="How many rows were changed.", main=True
        )
        rows: list[dict[str, Any]] = Field(
            title="Rows", description="What the statement returns, such as new ids."
        )

    examples = (
        Example(
            {"statement": _INSERT, "parameters": {"customer": "李", "total": 9.5}},
            {"affected": 1, "rows": []},
            {"sql": {_INSERT: {"affected": 1}}, "credentials": {"postgresql": _LOGIN}},
        ),
        Example(
            {
                "statement": _INSERT,
                "parameters": {"total": 1},
                "each": [{"customer": "李"}, {"customer": "王", "total": 2}],
                "database": "mysql",
            },
            {"affected": 2, "rows": []},
            {"sql": {_INSERT: {"affected": 1}}, "credentials": {"mysql": _LOGIN}},
        ),
        Example(
            {"statement": "drop table orders"},
            {"error": {"code": "sql_not_allowed"}},
            {"credentials": {"postgresql": _LOGIN}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        parsed = changing(input.statement, input.database, structure=input.structure)
        given = [input.parameters]
        if input.each is not None:
            given = [{**input.parameters, **each} for each in input.each]
        sets = [values_of(parsed.statement, each) for each in given]
        if not sets:
            return {"affected": 0, "rows": []}
        opened = await ctx.credential(input.database)
        server = sql_server(opened, input.database, input.database_name)
        part = await ctx.databases.write(
            server, parsed.statement, sets, seconds=input.timeout, most=10_000
        )
        return {"affected": part.affected, "rows": named(part.columns, part.rows)}

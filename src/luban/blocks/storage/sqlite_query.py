"""Rows out of a SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from luban.blocks.storage.sql_rows import sent
from luban.blocks.storage.sql_rules import reading
from luban.blocks.storage.sql_values import values_of
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    Example,
    Field,
    FileRef,
)
from luban.sdk.databases import SqliteFile

_LARGEST = 500_000_000
_PRICES = "select name from goods where price < :most"


class SqliteQuery(Block):
    """Asks a SQLite database: a stored file, or a path that an administrator allows.

    Only reading is possible: attached files, extensions and settings are refused by SQLite itself.
    Values go in as parameters: write `:name` in the statement and give the value under `name`.
    """

    id = "storage.sqlite_query"
    title = "SQLite query"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "database"
    keywords = ("sql", "sqlite", "database", "select", "rows", "file")
    timeout = 900

    class Input(BlockInput):
        query: str = Field(
            title="Statement",
            description="One SELECT, with `:name` where a value belongs.",
            widget="code",
            min_length=1,
            max_length=100_000,
        )
        file: FileRef | None = Field(None, title="File", description="The database.")
        path: str = Field(
            "",
            title="Path",
            description="Of a file on this machine, if there is none stored; the setting "
            "LUBAN_SQLITE_PATHS allows folders.",
            max_length=1000,
            advanced=True,
        )
        parameters: dict[str, Any] = Field(
            default_factory=dict, title="Parameters", description="The values by their names."
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
            {
                "query": _PRICES,
                "file": {"$file": "f_1", "name": "goods.db"},
                "parameters": {"most": 5},
            },
            {"rows": [{"name": "墨斗"}], "columns": ["name"], "count": 1, "truncated": False},
            {
                "files": {"f_1": {"name": "goods.db", "text": "SQLite"}},
                "sql": {_PRICES: {"columns": ["name"], "rows": [["墨斗"]]}},
            },
        ),
        Example({"query": "select 1"}, {"error": {"code": "missing_input"}}),
        Example(
            {"query": "attach 'other.db' as o", "path": "/data/a.db"},
            {"error": {"code": "sql_read_only"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> AsyncIterator[tuple[str, Any]]:
        statement = reading(input.query, "sqlite").statement
        values = values_of(statement, input.parameters)
        place = _place(input, ctx)
        parts = ctx.databases.read(
            place, statement, values, seconds=input.timeout, most=input.max_rows + 1
        )
        async for pin, value in sent(parts, input.max_rows, each=input.deliver):
            yield pin, value


def _place(input: SqliteQuery.Input, ctx: Context) -> SqliteFile:
    if input.file is not None:
        if input.file.size > _LARGEST:
            raise BlockError(
                f"`{input.file.name}` is larger than 500 MB. Put it where an administrator allows "
                "its path, and give that.",
                zh=f"“{input.file.name}”超过 500 MB。请放到管理员允许的路径下，并填写该路径。",
                code="file_too_large",
            )
        return SqliteFile(input.file.name, ctx.files.stream(input.file))
    if input.path:
        return SqliteFile(input.path)
    raise BlockError(
        "There is neither a file nor a path. Link a SQLite file.",
        zh="既没有文件也没有路径。请连接一个 SQLite 文件。",
        code="missing_input",
    )

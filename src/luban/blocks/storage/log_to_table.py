"""Rows added to a table."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.names import name_field
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
)

_MOST = 10_000


class LogToTable(Block):
    """Adds what it is given to a table of yours, with the time and the run it came from.

    A table is there as soon as something is in it. Its oldest rows go when there are more than it
    keeps. A step that is tried again adds only once.
    """

    id = "storage.log_to_table"
    title = "Log to table"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "table-2"
    keywords = ("log", "database", "collection", "record", "history", "audit", "insert", "rows")
    exempt = (("failure", "only more rows than in an example, see test_large_inputs"),)

    class Input(BlockInput):
        table: str = name_field("Table", "Its name, such as `social_media_logs`.")
        data: Any = Field(
            title="Data",
            description="An object is a row, a list of objects several; else a row with `value`.",
        )
        keep: int = Field(
            10_000,
            ge=1,
            le=100_000,
            title="Keep",
            description="How many of the newest rows stay.",
            advanced=True,
        )

    class Output(BlockOutput):
        data: Any = Field(title="Data", description="What was added, for the next step.", main=True)
        added: int = Field(title="Added", description="How many rows.")
        count: int = Field(title="Rows", description="How many the table has now.")

    examples = (
        Example(
            {"table": "social_media_logs", "data": {"post": "hello", "likes": 3}},
            {"data": {"post": "hello", "likes": 3}, "added": 1, "count": 1},
        ),
        Example(
            {"table": "日志", "data": [{"n": 1}, {"n": 2}], "keep": 2},
            {"data": [{"n": 1}, {"n": 2}], "added": 2, "count": 2},
            {"tables": {"日志": [{"n": 0}]}},
        ),
        Example({"table": "t", "data": "text"}, {"data": "text", "added": 1, "count": 1}),
        Example({"table": "t", "data": []}, {"data": [], "added": 0, "count": 0}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        rows = _rows(input.data)
        count = 0
        if rows:
            count = await ctx.tables.append(
                input.table, rows, keep=input.keep, once=ctx.idempotency_key
            )
        else:
            count = (await ctx.tables.find(input.table, limit=1)).total
        return {"data": input.data, "added": len(rows), "count": count}


def _rows(data: Any) -> list[dict[str, Any]]:
    given: list[Any] = data if isinstance(data, list) else [data]
    if len(given) > _MOST:
        raise BlockError(
            f"There are {len(given)} rows, and a step adds {_MOST} at most. Give fewer at a time.",
            zh=f"共有 {len(given)} 行，而一个步骤最多添加 {_MOST} 行。请分批添加。",
            code="too_many_rows",
        )
    return [each if isinstance(each, dict) else {"value": each} for each in given]

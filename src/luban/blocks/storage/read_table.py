"""Rows of a table found again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from luban.blocks.storage.names import name_field, where_field
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)

_LOGS = {"tables": {"logs": [{"n": 1, "by": "李"}, {"n": 7, "by": "王"}, {"n": 5, "by": "李"}]}}


class ReadTable(Block):
    """Finds rows that were logged to a table: the newest first, or by a field; some or all."""

    id = "storage.read_table"
    title = "Read table"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "table-2"
    keywords = ("log", "database", "collection", "query", "find", "filter", "sort", "rows")

    class Input(BlockInput):
        table: str = name_field("Table", "Its name.")
        where: dict[str, Any] = where_field()
        sort: str = Field(
            "",
            title="Order",
            description="A field, or `-field` with the largest first; empty: newest first.",
            max_length=200,
        )
        limit: int = Field(100, ge=1, le=10_000, title="Most rows", description="To give.")
        offset: int = Field(
            0, ge=0, title="Leave out", description="How many at the beginning.", advanced=True
        )
        facts: bool = Field(
            False,
            title="With time and run",
            description="Add `_at`, `_run` and `_id` to each row.",
            advanced=True,
        )

    class Output(BlockOutput):
        row: dict[str, Any] = Emit("One row after another.", title="Row")
        rows: list[dict[str, Any]] = Field(
            title="Rows", description="These rows as a list.", main=True
        )
        total: int = Field(title="Total", description="How many rows there are in all.")

    examples = (
        Example(
            {"table": "logs", "where": {"by": "李", "n": {">": 1}}},
            {"row": [{"n": 5, "by": "李"}], "rows": [{"n": 5, "by": "李"}], "total": 1},
            _LOGS,
        ),
        Example(
            {"table": "logs", "sort": "-n", "limit": 1},
            {"row": [{"n": 7, "by": "王"}], "rows": [{"n": 7, "by": "王"}], "total": 3},
            _LOGS,
        ),
        Example({"table": "none"}, {"rows": [], "total": 0}),
        Example(
            {"table": "logs", "where": {"n": {"~": 1}}},
            {"error": {"code": "bad_condition"}},
            _LOGS,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        found = await ctx.tables.find(
            input.table, input.where, sort=input.sort, limit=input.limit, offset=input.offset
        )
        rows: list[dict[str, Any]] = []
        for each in found.items:
            row = dict(each.values)
            if input.facts:
                at = datetime.fromtimestamp(each.at, UTC).isoformat()
                row |= {"_id": each.id, "_at": at, "_run": each.run}
            rows.append(row)
        sent = Emissions(("row", row) for row in rows)
        sent += [("rows", rows), ("total", found.total)]
        return sent

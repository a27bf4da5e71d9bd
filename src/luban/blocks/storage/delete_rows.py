"""Rows of a table taken away."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.names import name_field, where_field
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


class DeleteRows(Block):
    """Deletes rows of a table: those for which conditions hold, or all of them."""

    id = "storage.delete_rows"
    title = "Delete rows"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "trash-2"
    keywords = ("log", "table", "collection", "delete", "clear", "remove", "rows")

    class Input(BlockInput):
        table: str = name_field("Table", "Its name.")
        where: dict[str, Any] = where_field()
        all: bool = Field(
            False, title="All rows", description="Must be on to delete without a condition."
        )

    class Output(BlockOutput):
        deleted: int = Field(title="Deleted", description="How many rows went.")

    examples = (
        Example(
            {"table": "t", "where": {"n": {"<": 2}}},
            {"deleted": 1},
            {"tables": {"t": [{"n": 1}, {"n": 2}]}},
        ),
        Example({"table": "t", "all": True}, {"deleted": 2}, {"tables": {"t": [{"n": 1}, {}]}}),
        Example({"table": "t"}, {"error": {"code": "missing_condition"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if not input.where and not input.all:
            raise BlockError(
                "There is no condition. Give one, or turn on `All rows` to delete everything.",
                zh="没有给出条件。请给出条件，或打开“全部行”以删除所有内容。",
                code="missing_condition",
            )
        return {"deleted": await ctx.tables.delete(input.table, input.where)}

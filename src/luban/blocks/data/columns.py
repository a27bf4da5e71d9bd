"""The columns of a table chosen, named, filled and worked out."""

from __future__ import annotations

import asyncio
from typing import Any

from luban.blocks.data.cel import Budget, Expression
from luban.blocks.data.parts import part_or_none
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

Rows = list[dict[str, Any]]


class Columns(Block):
    """Chooses, renames, fills and works out the columns of rows, and gives them an order.

    A new column is a CEL expression over the fields of its row: `price * n`.
    """

    id = "data.columns"
    title = "Change columns"
    category = "data"
    effect = Effect.NONE
    icon = "columns-3"
    keywords = ("select", "rename", "drop", "fields", "map", "calculate", "reorder", "mapping")

    class Input(BlockInput):
        rows: Rows = Field(title="Rows", description="The rows of the table.")
        compute: dict[str, str] = Field(
            default_factory=dict,
            title="Work out",
            description="New columns by name, each a CEL expression: `price * n`. First of all.",
        )
        fill: dict[str, Any] = Field(
            default_factory=dict,
            title="Fill",
            description="What stands in a column where there is nothing.",
        )
        rename: dict[str, str] = Field(
            default_factory=dict, title="Rename", description="New names by the old ones."
        )
        keep: list[str] = Field(
            default_factory=list,
            title="Keep",
            description="Only these, by their new names, in this order; a path such as "
            "`user.name` takes a part. Empty keeps all.",
        )
        drop: list[str] = Field(
            default_factory=list, title="Leave out", description="Columns by their new names."
        )

    class Output(BlockOutput):
        rows: Rows = Field(title="Rows", description="The changed rows.")
        columns: list[str] = Field(title="Columns", description="The names of their columns.")

    examples = (
        Example(
            {
                "rows": [{"名": "桥", "价": 2.5, "n": 4}, {"名": None, "价": 1, "n": 1}],
                "compute": {"total": "价 * n"},
                "fill": {"名": "?"},
                "rename": {"名": "name"},
                "keep": ["name", "total"],
            },
            {
                "rows": [{"name": "桥", "total": 10.0}, {"name": "?", "total": 1}],
                "columns": ["name", "total"],
            },
        ),
        Example(
            {"rows": [{"a": 1, "b": {"c": 2}}], "keep": ["b.c", "a"]},
            {"rows": [{"b.c": 2, "a": 1}], "columns": ["b.c", "a"]},
        ),
        Example(
            {"rows": [{"a": 1, "b": 2}], "drop": ["b"]}, {"rows": [{"a": 1}], "columns": ["a"]}
        ),
        Example(
            {"rows": [{"a": "x"}], "compute": {"b": "a * 2"}}, {"error": {"code": "wrong_types"}}
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.compute or len(input.rows) > 1000:
            rows = await asyncio.to_thread(_changed, input)
        else:
            rows = _changed(input)
        return {"rows": rows, "columns": list(dict.fromkeys(name for row in rows for name in row))}


def _changed(input: Columns.Input) -> Rows:
    formulas = {name: Expression(text) for name, text in input.compute.items()}
    budget = Budget(steps=10_000_000 + 1000 * len(input.rows))
    return [_row(place, row, input, formulas, budget) for place, row in enumerate(input.rows)]


def _row(
    place: int,
    row: dict[str, Any],
    input: Columns.Input,
    formulas: dict[str, Expression],
    budget: Budget,
) -> dict[str, Any]:
    changed = dict(row)
    for name, formula in formulas.items():
        try:
            changed[name] = formula.value({**changed, "item": changed, "index": place}, budget)
        except BlockError as error:
            raise BlockError(
                f"Row {place}, {show(row)}: {error}",
                zh=f"第 {place} 行（从 0 数起）{show(row)}：{error.message_zh}",
                code=error.code,
            ) from error
    for name, value in input.fill.items():
        if changed.get(name) in (None, ""):
            changed[name] = value
    changed = {input.rename.get(name, name): value for name, value in changed.items()}
    if input.keep:
        changed = {name: part_or_none(changed, name) for name in input.keep}
    return {name: value for name, value in changed.items() if name not in input.drop}

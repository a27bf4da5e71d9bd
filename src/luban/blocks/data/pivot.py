"""A table turned: values of one column into columns, or columns into rows."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

from luban.blocks.data.figures import worked_out
from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import encode

Rows = list[dict[str, Any]]
_MOST_COLUMNS = 1000


class Pivot(Block):
    """Turns long tables into wide ones, a column for each value, and wide ones into long ones."""

    id = "data.pivot"
    title = "Pivot table"
    category = "data"
    effect = Effect.NONE
    icon = "rotate-3d"
    keywords = ("crosstab", "wide", "long", "unpivot", "melt", "transpose", "columns to rows")

    class Input(BlockInput):
        rows: Rows = Field(title="Rows", description="The rows of the table.")
        direction: Literal["wider", "longer"] = Field(
            "wider",
            title="Direction",
            description="`wider`: values become columns; `longer`: columns become rows.",
        )
        keys: list[str] = Field(
            default_factory=list,
            title="Keep",
            description="The columns that stay as they are, and tell rows apart.",
        )
        column: str = Field(
            "name",
            title="Names",
            description="The column whose values become columns, or that takes their names.",
        )
        value: str = Field(
            "value", title="Values", description="The column with the values, or that takes them."
        )
        figure: Literal["first", "sum", "count", "mean", "min", "max", "list"] = Field(
            "first", title="Figure", description="What stands where several values meet."
        )

    class Output(BlockOutput):
        rows: Rows = Field(title="Rows", description="The turned table.")
        columns: list[str] = Field(title="Columns", description="The names of its columns.")

    examples = (
        Example(
            {
                "rows": [
                    {"城": "京", "月": "1", "额": 2},
                    {"城": "京", "月": "2", "额": 3},
                    {"城": "沪", "月": "1", "额": 4},
                    {"城": "京", "月": "1", "额": 5},
                ],
                "keys": ["城"],
                "column": "月",
                "value": "额",
                "figure": "sum",
            },
            {
                "rows": [{"城": "京", "1": 7, "2": 3}, {"城": "沪", "1": 4, "2": None}],
                "columns": ["城", "1", "2"],
            },
        ),
        Example(
            {"rows": [{"城": "京", "1": 7, "2": 3}], "direction": "longer", "keys": ["城"]},
            {
                "rows": [
                    {"城": "京", "name": "1", "value": 7},
                    {"城": "京", "name": "2", "value": 3},
                ],
                "columns": ["城", "name", "value"],
            },
        ),
        Example(
            {"rows": [{"name": "a", "value": "n/a"}], "figure": "sum"},
            {"error": {"code": "not_a_number"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        turned = _wider if input.direction == "wider" else _longer
        rows, columns = await beside(len(input.rows), lambda: turned(input))
        return {"rows": rows, "columns": columns}


def _wider(input: Pivot.Input) -> tuple[Rows, list[str]]:
    kept: dict[Hashable, dict[str, Any]] = {}
    cells: dict[tuple[Hashable, str], list[Any]] = {}
    names: dict[str, None] = {}
    for row in input.rows:
        parts = {key: part_or_none(row, key) for key in input.keys}
        group = tuple(identity(part) for part in parts.values())
        kept.setdefault(group, parts)
        name = _name(part_or_none(row, input.column))
        names[name] = None
        if len(names) > _MOST_COLUMNS:
            raise _too_many(input.column)
        cells.setdefault((group, name), []).append(part_or_none(row, input.value))
    rows = [
        {**parts, **{name: _cell(cells.get((group, name)), input.figure) for name in names}}
        for group, parts in kept.items()
    ]
    return rows, [*input.keys, *(name for name in names if name not in input.keys)]


def _cell(parts: list[Any] | None, figure: str) -> Any:
    if parts is None:
        return 0 if figure == "count" else None
    return worked_out(figure, parts)


def _longer(input: Pivot.Input) -> tuple[Rows, list[str]]:
    rows = [
        {**{key: row.get(key) for key in input.keys}, input.column: name, input.value: cell}
        for row in input.rows
        for name, cell in row.items()
        if name not in input.keys
    ]
    return rows, [*input.keys, input.column, input.value]


def _name(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encode(value).decode()


def _too_many(column: str) -> BlockError:
    return BlockError(
        f"`{column}` has more than {_MOST_COLUMNS:,} values, and each would become a column. "
        "Choose another column, or filter the rows first.",
        zh=f"“{column}”有超过 {_MOST_COLUMNS:,} 个不同的值，每个都会成为一列。"
        "请换一列，或先筛选各行。",
        code="too_many_columns",
    )

"""Rows of a list put into groups, with figures of each."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from pydantic import BaseModel, ConfigDict

from luban.blocks.data.figures import Figure, worked_out
from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field


class Figured(BaseModel):
    """One figure of each group."""

    model_config = ConfigDict(extra="forbid")

    figure: Figure = Field(title="Figure", description="What to work out.")
    path: str = Field("", title="Of", description="Of which part of each item; empty: the item.")
    name: str = Field("", title="Name", description="What the field is called.")
    percent: float = Field(50, ge=0, le=100, title="Percent", description="For percentile.")

    @property
    def called(self) -> str:
        return self.name or (f"{self.figure}_{self.path}" if self.path else self.figure)


class Aggregate(Block):
    """Groups the items of a list and works out figures of each group, or of all of them.

    Without groups there is one row. Values that are nothing are left out of figures. For files,
    and for lists of hundreds of thousands, use Filter and summarize table.
    """

    id = "data.aggregate"
    title = "Group and aggregate"
    category = "data"
    effect = Effect.NONE
    icon = "sigma"
    keywords = ("group by", "sum", "average", "count", "percentile", "median", "pivot", "total")

    class Input(BlockInput):
        items: list[Any] = Field(title="Items", description="The list, or the rows of a table.")
        group_by: list[str] = Field(
            default_factory=list,
            title="Group by",
            description="Parts such as `city`; items that are the same in all of them are a group.",
        )
        figures: list[Figured] = Field(
            default_factory=list,
            title="Figures",
            description="figure (count, distinct, sum, mean, min, max, median, percentile, stdev, "
            "first, last, list), path, name.",
        )

    class Output(BlockOutput):
        rows: list[dict[str, Any]] = Field(
            title="Rows", description="One per group: its parts, and its figures."
        )
        groups: list[list[Any]] = Field(
            title="Groups", description="The items of each group, in the same order."
        )
        count: int = Field(title="Count", description="How many groups there are.")

    examples = (
        Example(
            {
                "items": [
                    {"城市": "北京", "n": 1},
                    {"城市": "上海", "n": 5},
                    {"城市": "北京", "n": 2.5},
                ],
                "group_by": ["城市"],
                "figures": [{"figure": "sum", "path": "n"}, {"figure": "count", "name": "单数"}],
            },
            {
                "rows": [
                    {"城市": "北京", "sum_n": 3.5, "单数": 2},
                    {"城市": "上海", "sum_n": 5, "单数": 1},
                ],
                "groups": [
                    [{"城市": "北京", "n": 1}, {"城市": "北京", "n": 2.5}],
                    [{"城市": "上海", "n": 5}],
                ],
                "count": 2,
            },
        ),
        Example(
            {
                "items": [4, "1", None, 3, 2],
                "figures": [
                    {"figure": "median"},
                    {"figure": "percentile", "percent": 90, "name": "p90"},
                ],
            },
            {"rows": [{"median": 2.5, "p90": 3.7}], "groups": [[4, "1", None, 3, 2]], "count": 1},
        ),
        Example(
            {"items": ["a"], "figures": [{"figure": "sum"}]}, {"error": {"code": "not_a_number"}}
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        rows, groups = await beside(len(input.items), lambda: _grouped(input))
        return {"rows": rows, "groups": groups, "count": len(rows)}


def _grouped(input: Aggregate.Input) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    paths = [path.strip() for path in input.group_by]
    keys: dict[Hashable, dict[str, Any]] = {}
    groups: dict[Hashable, list[Any]] = {}
    for item in input.items:
        parts = {path: part_or_none(item, path) for path in paths}
        key = tuple(identity(part) for part in parts.values())
        keys.setdefault(key, parts)
        groups.setdefault(key, []).append(item)
    if not paths and not groups:
        keys[()], groups[()] = {}, []
    figures = input.figures or [Figured(figure="count")]
    rows = [
        {**parts, **{each.called: _figure(each, groups[key]) for each in figures}}
        for key, parts in keys.items()
    ]
    return rows, list(groups.values())


def _figure(each: Figured, items: list[Any]) -> Any:
    path = each.path.strip()
    if each.figure == "count" and not path:
        return len(items)
    try:
        return worked_out(each.figure, [part_or_none(item, path) for item in items], each.percent)
    except BlockError as error:
        of = f" of `{path}`" if path else ""
        raise BlockError(
            f"The figure `{each.figure}`{of}: {error}",
            zh=f"统计项“{each.figure}”{f'（{path}）' if path else ''}：{error.message_zh}",
            code=error.code,
        ) from error

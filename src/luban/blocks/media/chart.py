"""Numbers as a picture."""

from __future__ import annotations

import asyncio
import math
from typing import Any, Literal

from luban.blocks.media.chart_shapes import Drawn, Kind, draw
from luban.blocks.media.stored import named
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)
from luban.sdk.values import show

_MOST_SERIES = 30
_MOST_SLICES = 50
_ROWS = [{"month": "Jan", "sold": 3}, {"month": "Feb", "sold": 12}]


class Chart(Block):
    """Draws a line, bar, area, pie or scatter chart, or a histogram, out of rows or lists."""

    id = "media.chart"
    title = "Chart"
    category = "media"
    effect = Effect.IDEMPOTENT
    icon = "chart-line"
    keywords = (
        "graph",
        "plot",
        "diagram",
        "line",
        "bar",
        "pie",
        "scatter",
        "histogram",
        "visualize",
        "png",
        "svg",
    )

    class Input(BlockInput):
        data: list[dict[str, Any]] | list[float] | dict[str, list[float | None]] = Field(
            title="Data",
            description="Rows such as `{month, sold}`, a list of numbers, or lists by name.",
        )
        kind: Kind = Field("line", title="Kind", description="What kind of chart.")
        x: str = Field(
            "",
            title="Along",
            description="The field that names each place; empty takes the first with texts.",
        )
        y: list[str] = Field(
            default_factory=list,
            title="Numbers",
            description="Fields to draw; empty takes all with numbers.",
            max_length=_MOST_SERIES,
        )
        title: str = Field("", title="Title", description="Above the chart.", max_length=200)
        x_title: str = Field(
            "", title="Title along", description="Below the axis.", max_length=200, advanced=True
        )
        y_title: str = Field(
            "", title="Title of numbers", description="Beside it.", max_length=200, advanced=True
        )
        stacked: bool = Field(
            False, title="Stacked", description="Of bars and areas: one on another.", advanced=True
        )
        sideways: bool = Field(
            False, title="Sideways", description="Of bars: from left to right.", advanced=True
        )
        values: bool = Field(
            False,
            title="Show values",
            description="Write numbers at bars and points, and shares at slices.",
            advanced=True,
        )
        bins: int = Field(
            20, ge=1, le=500, title="Bins", description="Of a histogram.", advanced=True
        )
        width: int = Field(
            800, ge=100, le=4000, title="Width", description="Pixels.", advanced=True
        )
        height: int = Field(
            500, ge=100, le=4000, title="Height", description="Pixels.", advanced=True
        )
        format: Literal["png", "svg"] = Field("png", title="Format", description="Kind of file.")
        name: str = Field(
            "", title="File name", description="Empty takes the title.", max_length=200
        )

    class Output(BlockOutput):
        image: FileRef = Field(title="Image", description="The chart.", main=True)

    examples = (
        Example(
            {"data": _ROWS, "kind": "bar", "title": "Sales", "format": "svg", "width": 200,
             "height": 150},
            {"image": {"$file": "f_1", "name": "Sales.svg", "type": "image/svg+xml", "size": 5212}},
        ),
        Example(
            {"data": {"a": [1, 2, 4], "b": [3, None, 1]}, "width": 100, "height": 100},
            {"image": {"$file": "f_1", "name": "chart.png", "type": "image/png", "size": 3518}},
        ),
        Example({"data": []}, {"error": {"code": "nothing_to_draw"}}),
        Example({"data": _ROWS, "y": ["cost"]}, {"error": {"code": "no_such_field"}}),
        Example({"data": _ROWS, "y": ["month"]}, {"error": {"code": "not_a_number"}}),
        Example({"data": [1, -2], "kind": "pie"}, {"error": {"code": "bad_pie"}}),
        Example({"data": {"a": [1], "b": [1, 2]}}, {"error": {"code": "lengths_differ"}}),
    )  # fmt: skip

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        drawn = _what(input)
        made = await asyncio.to_thread(draw, drawn)
        type = "image/svg+xml" if input.format == "svg" else "image/png"
        stem = input.name or input.title.replace("/", "-").replace("\\", "-")
        stored = await ctx.files.write(named(stem, "chart", input.format), made, type)
        return {"image": stored.as_value()}


def _what(input: Chart.Input) -> Drawn:
    labels, series = _read(input)
    if not series or not labels:
        raise BlockError(
            "There are no numbers to draw. Give rows with a field of numbers, or a list.",
            zh="没有可绘制的数字。请提供含数字字段的行，或数字列表。",
            code="nothing_to_draw",
        )
    if input.kind == "pie":
        _check_pie(series)
    return Drawn(
        kind=input.kind,
        labels=labels,
        series=series,
        title=input.title,
        x_title=input.x_title,
        y_title=input.y_title,
        stacked=input.stacked,
        sideways=input.sideways and input.kind == "bar",
        values=input.values,
        bins=input.bins,
        width=input.width,
        height=input.height,
        form=input.format,
    )


Series = list[tuple[str, list[float | None]]]


def _read(input: Chart.Input) -> tuple[list[str | float], Series]:
    data: Any = input.data
    if isinstance(data, dict):
        return _lists(data, input)
    if data and not isinstance(data[0], dict):
        return _lists({input.y[0] if input.y else "": data}, input)
    rows: list[dict[str, Any]] = data
    fields = list(dict.fromkeys(name for row in rows[:1000] for name in row))
    for name in [*input.y, *([input.x] if input.x else [])]:
        if fields and name not in fields:
            raise BlockError(
                f"The rows have no field `{name}`. They have {', '.join(fields[:20])}.",
                zh=f"数据行中没有字段“{name}”。现有字段：{'、'.join(fields[:20])}。",
                code="no_such_field",
            )
    along = input.x or next((name for name in fields if _has_words(rows, name)), "")
    wanted = (
        input.y
        or [name for name in fields if name != along and not _has_words(rows, name)][:_MOST_SERIES]
    )
    labels = [_label(row.get(along), place) for place, row in enumerate(rows, 1)]
    return labels, [(name, [_number(row.get(name), name) for row in rows]) for name in wanted]


def _lists(data: dict[str, Any], input: Chart.Input) -> tuple[list[str | float], Series]:
    labels: list[Any] | None = data.get(input.x) if input.x else None
    others = [name for name in data if not input.x or name != input.x]
    names = input.y if input.y and input.y[0] in data else others
    series = [(n, [_number(value, n) for value in data.get(n, [])]) for n in names[:_MOST_SERIES]]
    lengths = {len(values) for _, values in series} | ({len(labels)} if labels else set())
    if len(lengths) > 1 and input.kind != "histogram":
        raise BlockError(
            f"The lists have different lengths: {', '.join(map(str, sorted(lengths)))}. Make them "
            "alike, with null where a number is missing.",
            zh=f"各列表长度不同：{'、'.join(map(str, sorted(lengths)))}。"
            "请补齐，缺少的数字用 null。",
            code="lengths_differ",
        )
    return [
        _label(v, p) for p, v in enumerate(labels or range(1, max(lengths, default=0) + 1), 1)
    ], series


def _has_words(rows: list[dict[str, Any]], name: str) -> bool:
    """Whether it holds something that is no number."""
    return any(not _is_number(row[name]) for row in rows if row.get(name) is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _label(value: Any, place: int) -> str | float:
    if value is None:
        return float(place)
    return value if _is_number(value) else str(value)[:200]


def _number(value: Any, name: str) -> float | None:
    if value is None or (_is_number(value) and not math.isfinite(value)):
        return None
    if not _is_number(value) or abs(value) > 1e300:
        raise BlockError(
            f"`{show(value)}` of `{name}` is not a number that can be drawn. Convert the field "
            "first, such as with Change columns.",
            zh=f"“{name}”中的“{show(value)}”不是可绘制的数字。请先转换该字段，例如用“修改列”。",
            code="not_a_number",
        )
    return float(value)


def _check_pie(series: Series) -> None:
    numbers = series[0][1]
    if any(n is None or n < 0 for n in numbers) or not sum(n or 0 for n in numbers):
        raise BlockError(
            "A pie needs numbers that are not below 0, and one above it. Use a bar chart.",
            zh="饼图的数字不能为负或缺失，且至少有一个大于 0。请改用柱状图。",
            code="bad_pie",
        )
    if len(numbers) > _MOST_SLICES:
        raise BlockError(
            f"A pie of {len(numbers)} slices cannot be read; at most {_MOST_SLICES}. Sum up the "
            "small ones.",
            zh=f"饼图有 {len(numbers)} 块，最多 {_MOST_SLICES} 块。请合并较小的部分。",
            code="bad_pie",
        )

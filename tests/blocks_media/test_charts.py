"""Charts: Chinese letters, missing numbers, many at once, and nothing shared between them."""

from __future__ import annotations

import asyncio
import io
import sys
from typing import Any

import pytest
from PIL import Image

from luban.blocks.media.chart import Chart
from luban.sdk import BlockError, FileRef
from luban.sdk.testing import TestContext, run_block

ROWS = [
    {"月份": "一月", "北京": 3, "上海 $": 2.5},
    {"月份": "二月", "北京": None, "上海 $": -1},
    {"月份": "三月", "北京": 5, "上海 $": 7},
]


async def drawn(**inputs: Any) -> bytes:
    context = TestContext()
    seen = await run_block(Chart, context, **inputs)
    return await context.files.read(FileRef.model_validate(seen["image"][0]))


@pytest.mark.parametrize("kind", ["line", "bar", "area", "scatter", "histogram"])
async def test_each_kind_is_drawn_with_its_words(kind: str) -> None:
    svg = (await drawn(data=ROWS, kind=kind, title="每月销量", format="svg", values=True)).decode()
    assert "每月销量" in svg
    assert "上海 $" in svg
    assert "一月" in svg or kind == "histogram"


async def test_a_pie_of_a_list_of_numbers() -> None:
    svg = await drawn(data=[1, 3], kind="pie", values=True, format="svg")
    assert b"75.0%" in svg


async def test_charts_at_once_do_not_mix_and_are_the_same_each_time() -> None:
    wanted = [{"data": [1, 2, n], "width": 200 + 10 * n, "height": 150} for n in range(4)]
    made = await asyncio.gather(*[drawn(**each) for each in wanted])
    sizes = [Image.open(io.BytesIO(each)).size for each in made]
    assert sizes == [(each["width"], 150) for each in wanted]
    assert await drawn(**wanted[0]) == made[0]
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"data": [{"a": "x"}]}, "nothing_to_draw"),
        ({"data": {"a": [None, 1]}, "kind": "pie"}, "bad_pie"),
        ({"data": list(range(1, 60)), "kind": "pie"}, "bad_pie"),
        ({"data": ROWS, "x": "city"}, "no_such_field"),
    ],
)
async def test_what_cannot_be_drawn_says_why(inputs: dict[str, Any], code: str) -> None:
    with pytest.raises(BlockError) as caught:
        await drawn(**inputs)
    assert caught.value.code == code

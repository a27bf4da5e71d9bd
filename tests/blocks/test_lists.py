"""Filtering, sorting and picking: missing parts, mixed types, equal items, odd paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.blocks.data.filter import Filter
from luban.blocks.data.parse_json import ParseJson
from luban.blocks.data.pick import Pick
from luban.blocks.data.sort import Sort
from luban.sdk import BlockError
from luban.sdk.testing import run_block
from luban.sdk.values import BadPath

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
    | st.text("ab1 桥", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=2),
    max_leaves=6,
)


async def sorted_by(items: list[Any], **options: Any) -> list[Any]:
    return (await run_block(Sort, items=items, **options))["list"][0]


@given(items=st.lists(VALUES, max_size=8))
async def test_anything_can_be_sorted_and_sorting_again_changes_nothing(items: list[Any]) -> None:
    once = await sorted_by(items)
    assert await sorted_by(once) == once
    assert sorted(map(repr, once)) == sorted(map(repr, items))


async def test_equal_items_stay_as_they_stood_in_both_directions() -> None:
    items = [{"k": 1, "n": n} for n in range(5)]
    assert await sorted_by(items, path="k") == items
    assert await sorted_by(items, path="k", direction="descending") == items


async def test_nothing_comes_last_in_both_directions() -> None:
    items = [{"k": None}, {"k": 2}, {}, {"k": "  "}, {"k": 3}, 7]
    without = [{"k": None}, {}, {"k": "  "}, 7]
    assert await sorted_by(items, path="k") == [{"k": 2}, {"k": 3}, *without]
    assert await sorted_by(items, path="k", direction="descending") == [
        {"k": 3},
        {"k": 2},
        *without,
    ]


async def test_letters_and_chinese_have_their_usual_order() -> None:
    assert await sorted_by(["b", "A", "a", "B"]) == ["A", "a", "b", "B"]
    assert await sorted_by(["b", "A", "a", "B"], match_case=True) == ["A", "B", "a", "b"]
    names = ["赵", "钱", "孙", "李", "安"]
    assert await sorted_by(names) == ["安", "李", "钱", "孙", "赵"]


async def test_a_column_name_may_look_like_a_path() -> None:
    items = [{"a.b": 2, "c[0]": 1}, {"a.b": 1, "c[0]": 2}]
    assert await sorted_by(items, path="a.b") == items[::-1]
    assert await sorted_by(items, path="c[0]", direction="descending") == items[::-1]
    assert await sorted_by([{"a": [{"b": 2}]}, {"a": [{"b": 1}]}], path="a[0].b") == [
        {"a": [{"b": 1}]},
        {"a": [{"b": 2}]},
    ]


async def test_long_lists_are_sorted_beside_the_others() -> None:
    items = list(range(30_000))
    assert await sorted_by(items[::-1]) == items


async def filtered(items: Any, **options: Any) -> list[Any]:
    got = await run_block(Filter, items=items, **options)
    assert got["count"] == [len(got["yes"][0])]
    return [got["yes"][0], got["no"][0]]


@pytest.mark.parametrize(
    ("operator", "yes"),
    [
        (">", [{"k": 3}]),
        ("<=", [{"k": "2"}]),
        ("==", [{"k": "2"}]),
        ("!=", [{"k": 3}, {}, {"k": None}]),
        ("is_empty", [{}, {"k": None}]),
        ("in", [{"k": "2"}]),
    ],
)
async def test_an_item_without_the_part_counts_as_empty(operator: str, yes: list[Any]) -> None:
    items: list[Any] = [{"k": 3}, {"k": "2"}, {}, {"k": None}]
    value: Any = [2] if operator == "in" else 2
    given_yes, given_no = await filtered(items, path="k", operator=operator, value=value)
    assert given_yes == yes
    assert given_no == [item for item in items if item not in yes]


async def test_the_item_that_cannot_be_compared_is_named() -> None:
    items = [{"p": 1}, {"p": "n/a"}]
    with pytest.raises(BlockError) as told:
        await filtered(items, path="p", operator=">", value=0)
    assert told.value.code == "not_comparable"
    assert "Item 1" in str(told.value)
    assert "第 1 项" in told.value.message_zh
    assert await filtered(items, path="p", operator=">", value=0, unclear="no") == [
        [{"p": 1}],
        [{"p": "n/a"}],
    ]


async def test_a_list_may_come_as_text() -> None:
    assert await filtered("[1, 2]", operator="<", value=2) == [[1], [2]]


async def test_a_path_that_is_none_is_told() -> None:
    with pytest.raises(BadPath):
        await filtered([{"a": 1}], path="a[")


@pytest.mark.parametrize(
    ("value", "path", "expected"),
    [
        ({"a.b": 1, "a": {"b": 2}}, "a.b", {"part": [1]}),
        ([[1, 2], [3]], "[0][-1]", {"part": [2]}),
        ([1, 2], "-1", {"part": [2]}),
        ({"rows": [{"c": {"d": 1}}, {"c": {"d": 2}}]}, "rows.c.d", {"part": [[1, 2]]}),
        ([], "k", {"part": [[]]}),
        ([1, 2], "k", {"missing": [[1, 2]]}),
        ("no json", "k", {"missing": ["no json"]}),
        ("[broken", "k", {"missing": ["[broken"]}),
        (None, "k", {"missing": [None]}),
        ({"a": 0}, "", {"part": [{"a": 0}]}),
    ],
)
async def test_parts_are_found_or_the_whole_is_missing(
    value: Any, path: str, expected: Any
) -> None:
    assert await run_block(Pick, value=value, path=path) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\ufeff{}", {}),
        ('a [1] {"b": "]}"} c', [1]),
        ('x {"b": "]}\\"{"} y', {"b": ']}"{'}),
        ("```json\n{broken\n```\n[2]", [2]),
        ("see [docs](url) and {not: json} then [[3]]", [[3]]),
        ("[" * 900 + " {} ", {}),
    ],
)
async def test_json_is_found_inside_text(text: str, value: Any) -> None:
    assert await run_block(ParseJson, text=text, find=True) == {"value": [value]}


@pytest.mark.parametrize(
    ("text", "part"),
    [('{"a": 1,\n "b" 2}', "line 2, column"), ("", "empty"), ("NaN", "line 1")],
)
async def test_what_is_no_json_is_told_with_its_place(text: str, part: str) -> None:
    with pytest.raises(BlockError, match=part) as told:
        await run_block(ParseJson, text=text)
    assert told.value.code == "not_json"
    assert "JSON" in told.value.message_zh

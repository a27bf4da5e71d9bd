"""Lists, objects and tables in memory: chance that repeats, joins, groups, paths, odd values."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.blocks.data.aggregate import Aggregate
from luban.blocks.data.build_list import BuildList
from luban.blocks.data.combine import Combine
from luban.blocks.data.compare_lists import CompareLists
from luban.blocks.data.flatten import Flatten
from luban.blocks.data.join import Join
from luban.blocks.data.pivot import Pivot
from luban.blocks.data.remove import Remove
from luban.blocks.data.sample import Sample
from luban.blocks.data.set import Set
from luban.blocks.data.unique import Unique
from luban.blocks.data.write_csv import WriteCsv
from luban.blocks.maths.calculate import Calculate
from luban.blocks.maths.format import FormatNumber
from luban.blocks.maths.random import Random
from luban.blocks.maths.round import Round
from luban.blocks.maths.statistics import Statistics
from luban.sdk import BlockError
from luban.sdk.testing import TestContext, run_block

ROWS = [{"n": n, "g": "ab"[n % 4 == 0], "w": float(n)} for n in range(40)]
METHODS = [
    *("random", "systematic", "top", "bottom", "stratified", "weighted", "reservoir", "cluster")
]


@pytest.mark.parametrize("method", METHODS)
async def test_a_sample_parts_the_list_and_is_the_same_again(method: str) -> None:
    path = {"weighted": "w", "stratified": "g", "cluster": "g"}.get(method, "")
    options: dict[str, Any] = {"items": ROWS, "size": 12, "method": method, "path": path}
    got = await run_block(Sample, **options)
    assert await run_block(Sample, **options) == got
    drawn, places, rest = got["list"][0], got["indices"][0], got["rest"][0]
    assert drawn == [ROWS[place] for place in places]
    assert len(set(places)) == len(places)
    assert sorted(row["n"] for row in drawn + rest) == list(range(40))
    assert len(drawn) == 12 or (method == "cluster" and len(drawn) in (30, 40))
    if method == "stratified":
        assert Counter(row["g"] for row in drawn) == {"a": 9, "b": 3}


async def test_chance_differs_from_step_to_step_and_seed_to_seed() -> None:
    options: dict[str, Any] = {"items": list(range(1000)), "size": 20}
    drawn = [
        (await run_block(Sample, TestContext(idempotency_key=key), **options))["list"][0]
        for key in ("r/n/0", "r/n/1")
    ]
    drawn += [(await run_block(Sample, seed=seed, **options))["list"][0] for seed in (1, 2)]
    assert len({tuple(each) for each in drawn}) == 4
    numbers = await run_block(Random, count=500, minimum=0.1, maximum=0.4, decimals=1)
    assert set(numbers["numbers"][0]) == {0.1, 0.2, 0.3, 0.4}


@pytest.mark.parametrize("weight", [-1, "heavy", None, True])
async def test_a_weight_is_a_number(weight: Any) -> None:
    items = [{"w": 1}, {"w": weight}]
    with pytest.raises(BlockError) as told:
        await run_block(Sample, items=items, size=1, method="weighted", path="w")
    assert told.value.code == "bad_weight"


@pytest.mark.parametrize(
    ("inputs", "result", "old"),
    [
        ({"into": {"a.b": 1}, "path": "a.b", "value": 2}, {"a.b": 2}, [1]),
        ({"into": {"a": [1]}, "path": "a[3]", "value": 2}, {"a": [1, None, None, 2]}, None),
        ({"into": [1, 2], "path": "-1", "value": None}, [1, None], [2]),
        ({"into": None, "path": "x", "value": 0}, {"x": 0}, None),
        ({"into": {"a": 1}, "path": "a.b", "value": 2}, {"a": {"b": 2}}, None),
    ],
)
async def test_a_part_is_set(inputs: dict[str, Any], result: Any, old: Any) -> None:
    got = await run_block(Set, **inputs)
    assert got["result"] == [result]
    assert got.get("old") == old


async def test_what_is_removed_was_there() -> None:
    given = {"a.b": 1, "l": [{"x": 1}, {"x": 2}]}
    got = await run_block(Remove, collection=given, path="l[1]")
    assert got == {"result": [{"a.b": 1, "l": [{"x": 1}]}], "removed": [{"x": 2}]}
    assert (await run_block(Remove, collection=given, path="a.b"))["removed"] == [1]
    assert given == {"a.b": 1, "l": [{"x": 1}, {"x": 2}]}
    with pytest.raises(BlockError) as told:
        await run_block(Remove, collection=["a"], value="z")
    assert told.value.code == "not_found"


VALUES = st.one_of(
    st.integers(-3, 3), st.booleans(), st.none(), st.lists(st.integers(0, 1), max_size=2)
)


@given(first=st.lists(VALUES, max_size=8), second=st.lists(VALUES, max_size=8))
async def test_comparing_keeps_the_laws_of_sets(first: list[Any], second: list[Any]) -> None:
    async def kept(keep: str) -> list[Any]:
        return (await run_block(CompareLists, first=first, second=second, keep=keep))["list"][0]

    def keys(items: list[Any]) -> set[str]:
        return {repr(item) for item in items}

    assert keys(await kept("only_first")) == keys(first) - keys(second)
    assert keys(await kept("both")) == keys(first) & keys(second)
    assert keys(await kept("only_one")) == keys(first) ^ keys(second)
    assert keys(await kept("either")) == keys(first) | keys(second)
    unique = (await run_block(Unique, items=first))["list"][0]
    assert keys(unique) == keys(first) and len(unique) == len(keys(first))
    united = await run_block(Combine, lists=[first, second], unique=True)
    assert united["list"] == [await kept("either")]


async def test_deep_lists_are_flat_in_the_end() -> None:
    deep: list[Any] = [0]
    for number in range(1, 200):
        deep = [number, deep]
    got = await run_block(Flatten, items=deep)
    assert got["list"] == [list(range(199, -1, -1))] and got["depth"] == [200]


async def test_batches_hold_to_both_limits() -> None:
    words = ["word"] * 10 + ["长" * 50] + ["word"] * 3
    got = await run_block(BuildList, values=words, batch_size=4, batch_tokens=12)
    batches = got["batch"]
    assert [word for batch in batches for word in batch] == words
    assert max(map(len, batches)) == 4 and ["长" * 50] in batches


async def test_joins_match_values_and_never_nothing() -> None:
    first = [{"k": 1, "a": "x"}, {"k": 2.0, "a": "y"}, {"k": None, "a": "z"}]
    second = [{"k": 2, "b": 1}, {"k": 2, "b": 2}, {"k": None, "b": 3}]
    inner = await run_block(Join, first=first, second=second, on=["k"], keep="inner")
    assert inner["rows"] == [[{"k": 2.0, "a": "y", "b": 1}, {"k": 2.0, "a": "y", "b": 2}]]
    full = await run_block(Join, first=first, second=second, on=["k"], keep="full")
    assert full["count"] == [5]
    assert full["rows"][0][-1] == {"k": None, "a": None, "b": 3}
    with pytest.raises(BlockError) as told:
        await run_block(Join, first=[{"k": 1}] * 1100, second=[{"k": 1}] * 1100, on=["k"])
    assert told.value.code == "too_many_rows"


async def test_figures_lose_nothing() -> None:
    figures = [{"figure": name} for name in ("sum", "mean", "min", "max", "distinct", "list")]
    got = await run_block(Aggregate, items=[0.1] * 10 + [None], figures=figures)
    row = got["rows"][0][0]
    assert (row["sum"], row["mean"], row["distinct"]) == (1.0, 0.1, 1)
    whole = await run_block(Aggregate, items=[2**53, 1, 2], figures=[{"figure": "sum"}])
    assert whole["rows"] == [[{"sum": 2**53 + 3}]]
    huge = await run_block(Statistics, numbers=[2**62, 2**62, 2**62])
    assert huge["sum"] == [float(3 * 2**62)]
    empty = await run_block(Aggregate, items=[], group_by=["a"])
    assert empty["rows"] == [[]]


async def test_a_table_turned_twice_is_itself() -> None:
    rows = [{"k": 1, "a": 1, "b": 2}, {"k": 2, "a": 3, "b": 4}]
    longer = await run_block(Pivot, rows=rows, direction="longer", keys=["k"])
    assert (await run_block(Pivot, rows=longer["rows"][0], keys=["k"]))["rows"] == [rows]
    with pytest.raises(BlockError) as told:
        await run_block(Pivot, rows=[{"name": n} for n in range(1001)], value="name")
    assert told.value.code == "too_many_columns"


async def test_formulas_stay_text_in_csv() -> None:
    rows = [["=cmd|' /C calc'!A0", "+1", "-1.5", "+x", "＝1", "\t=1", "a=b", -3]]
    text = (await run_block(WriteCsv, rows=rows))["text"][0]
    assert text == "'=cmd|' /C calc'!A0,+1,-1.5,'+x,'＝1,'\t=1,a=b,-3\n"


@pytest.mark.parametrize(
    ("inputs", "result"),
    [
        ({"number": 1.005, "decimals": 2}, 1.01),
        ({"number": 0.285, "decimals": 2}, 0.29),
        ({"number": 1e300, "decimals": 2}, 1e300),
        ({"number": -0.5, "way": "even"}, 0),
        ({"number": 12345678901234567, "decimals": -1}, 12345678901234570),
        ({"number": 67, "multiple": 15, "way": "down"}, 60),
    ],
)
async def test_numbers_are_rounded_as_they_are_written(inputs: Any, result: Any) -> None:
    assert (await run_block(Round, **inputs))["result"] == [result]


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"number": 100000000, "style": "chinese_amount"}, "壹亿元整"),
        ({"number": 1000000001.5, "style": "chinese_amount"}, "壹拾亿零壹元伍角整"),
        ({"number": 0.05, "style": "chinese_amount"}, "伍分"),
        ({"number": 20030400, "style": "chinese_amount"}, "贰仟零叁万零肆佰元整"),
        ({"number": 0, "style": "chinese_amount"}, "零元整"),
        ({"number": -2.5, "style": "chinese_amount"}, "负贰元伍角整"),
        ({"number": 123456789, "style": "compact"}, "1.2亿"),
        ({"number": 9999.96, "style": "compact"}, "1万"),
        ({"number": 999, "style": "bytes"}, "999 B"),
        ({"number": 1e15, "style": "bytes"}, "1 PB"),
        ({"number": -0.001, "decimals": 2}, "0.00"),
        ({"number": 1e21}, "1,000,000,000,000,000,000,000"),
        ({"number": 1234567, "style": "scientific"}, "1.23e+6"),
        ({"number": 1234.5, "grouping": False}, "1234.5"),
    ],
)
async def test_numbers_are_written_for_people(inputs: Any, text: str) -> None:
    assert (await run_block(FormatNumber, **inputs))["text"] == [text]


async def test_rounding_a_result_never_fails_on_its_size() -> None:
    got = await run_block(Calculate, operation="power", a=10, b=300, round_result=True, decimals=2)
    assert got["result"] == [1e300]

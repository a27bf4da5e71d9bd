"""CEL expressions: what they mean, that they end, and that they reach nothing but their values."""

from __future__ import annotations

import time
from typing import Any

import cel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luban.blocks.data.cel import Budget, Expression
from luban.blocks.data.cel_syntax import BadExpression
from luban.blocks.data.columns import Columns
from luban.blocks.data.filter import Filter
from luban.sdk import BlockError
from luban.sdk.testing import run_block

ORDER: dict[str, Any] = {
    "n": 3,
    "price": 12.5,
    "tags": ["a", "b"],
    "名": "桥",
    "none": None,
    "day": "2026-01-31",
    "rows": [{"x": 1}, {"x": 2, "y": True}],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 - -4", 11),
        ("price * n", 37.5),
        ("n == 3.0 && price >= n", True),
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7.0 / 2", 3.5),
        ("名 + '!'", "桥!"),
        ("'a' in tags && !('z' in tags)", True),
        ("tags[1]", "b"),
        ("rows.filter(r, has(r.y)).map(r, r.x)", [2]),
        ("rows.map(r, r.x > 1, r.x * 10)", [20]),
        ("rows.exists_one(r, r.x == 1) && rows.all(r, r.x > 0)", True),
        ("false && 1 / 0 == 1", False),
        ("1 / 0 == 1 || true", True),
        ("rows.exists(r, r.y)", True),
        ("none == null ? 'empty' : 'full'", "empty"),
        ("{'k': [1, 2.5]}.k", [1, 2.5]),
        ("1 == true", False),
        ("[1, 'a'] == [1.0, 'a']", True),
        ("r'\\d' + '\\u6865' + '''x\ny'''", "\\d桥x\ny"),
        ("timestamp(day) + duration('36h')", "2026-02-01T12:00:00Z"),
        ("timestamp(day) > timestamp('2026-01-01T00:00:00+08:00')", True),
        ("timestamp(day).getDayOfWeek()", 6),
        ("size(名) + size(tags)", 3),
        ("'Bridge'.lowerAscii().replace('b', 'f').substring(0, 3)", "fri"),
        ("'a,b'.split(',').join('-')", "a-b"),
        ("math.greatest([1, 2.5]) + math.round(-2.5)", -0.5),
        ("int('5') + int(2.9) + [1, 2].sum()", 10),
        ("string(2) + string(true) + string([1])", "2true[1]"),
        ("0x1F + 1u // a comment", 32),
    ],
)
def test_an_expression_comes_to_its_value(text: str, value: Any) -> None:
    got = Expression(text).value(ORDER)
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("1 +", "bad_expression", "character 4"),
        ("(1", "bad_expression", "`)` must stand here"),
        ("1 +\n  $", "bad_expression", "line 2, character 3"),
        ("tags.map(in, 1)", "bad_expression", "begins with a name"),
        ("has(n)", "bad_expression", "has takes a field"),
        ("total", "unknown_name", "known names are `n`"),
        ("open('x')", "unknown_name", "no function `open`"),
        ("rows[0].z", "no_such_field", "has("),
        ("tags[2]", "no_such_field", "character 5"),
        ("n > 'a'", "wrong_types", "a number and a text"),
        ("n ? 1 : 2", "wrong_types", "? :"),
        ("1 / 0", "division_by_zero", "by zero"),
        ("9223372036854775807 + 1", "number_too_large", "too large"),
        ("1e308 * 10", "number_too_large", "too large"),
        ("timestamp('soon')", "wrong_value", "no time"),
        ("'a'.matches('(')", "wrong_value", "is not a pattern"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, code: str, part: str) -> None:
    with pytest.raises(BadExpression) as told:
        Expression(text).value(ORDER)
    assert told.value.code == code
    assert part in str(told.value)
    assert "字符" in told.value.message_zh


@pytest.mark.parametrize(
    "text",
    [
        *("n.__class__", "名.__class__", "tags.__len__()", "''.format(1)", "rows[0].__dict__"),
        *("__import__('os')", "math.__class__", "math.os()", "self", "size.__globals__"),
        *("{'a': 1}.items()", "名.encode()", "[].append(1)", "type(n).mro()", "lambda: 1"),
    ],
)
def test_nothing_leads_to_python(text: str) -> None:
    with pytest.raises(BadExpression):
        Expression(text).value(ORDER)


NESTED = {"l": list(range(1000))}


@pytest.mark.parametrize(
    "text",
    [
        "l.map(a, l.map(b, l.map(c, a + b + c))).size() > 0",
        "l.map(a, l)",
        "string(l.map(a, l.map(b, l)))",
        "l.map(a, l).map(b, l.map(c, b)) == l.map(a, l).map(b, l.map(c, b))",
        "['aaaaaaaaaaaaaaaa']" + f".map(x, {'+'.join('x' * 100)})" * 6,
        "[l]" + ".map(x, x + x)" * 11 + "[0].size()",
    ],
)
def test_a_bomb_is_put_out(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(BadExpression) as told:
        Expression(text).value(NESTED, Budget(steps=200_000))
    assert told.value.code == "expression_too_slow"
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    "text",
    [
        *("(" * 5000, "[" * 5000, "!" * 5000 + "true", "-" * 3000 + "1", "x" + ".a" * 1900),
        *(
            "1" + "+1" * 5000,
            "true ? 1 : " * 300 + "1",
            "1" + "+1" * 1900,
            "l.map(a, " * 5 + "a" + ")" * 5,
        ),
        *("l" + ".map(a, a)" * 20, "'" * 3999, '"""' + "\\" * 3000, "{" * 3000),
    ],
)
def test_a_monstrous_text_is_refused(text: str) -> None:
    with pytest.raises(BadExpression) as told:
        Expression(text).value(NESTED)
    assert told.value.code in ("bad_expression", "unknown_name")
    assert len(str(told.value)) < 600


def test_a_slow_pattern_ends() -> None:
    begun = time.monotonic()
    with pytest.raises(BadExpression):
        Expression("text.matches('(a|aa)+$')").value({"text": "a" * 3000 + "b"})
    assert time.monotonic() - begun < 5


LEAVES = st.sampled_from(["1", "2", "7", "-3", "x", "y", "2.5", "true", "s", "'b'", "l[0]"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["==", "!=", "<", ">=", "&&", "||"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda part: f"[{part}].exists(v, v == {part})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} == x ? {pair[0]} : {pair[1]})"),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(text=EXPRESSIONS)
def test_another_implementation_agrees_where_it_answers(text: str) -> None:
    """The library refuses 1 + 2.5 and other mixtures; where it answers, ours says the same."""
    names = {"x": 3, "y": 10, "s": "b", "l": [4, 5]}
    try:
        wanted = cel.evaluate(text, names)
    except (ValueError, TypeError, RuntimeError, KeyError, OverflowError, ZeroDivisionError):
        return
    assert Expression(text).value(names) == wanted


async def test_a_filter_names_the_item_that_fails() -> None:
    items: list[Any] = [{"p": 1, "城": "京"}, {"p": "n/a", "城": "沪"}, 7]
    with pytest.raises(BlockError) as told:
        await run_block(Filter, items=items, condition="p > 0")
    assert told.value.code == "wrong_types" and "Item 1" in str(told.value)
    got = await run_block(Filter, items=items, condition="p > 0 && index < 5", unclear="no")
    assert got["yes"] == [[items[0]]]
    got = await run_block(Filter, items=items, condition="item == 7 || has(item.城)", unclear="no")
    assert got["count"] == [3]


async def test_columns_are_worked_out_row_by_row() -> None:
    rows = [{"a": 1}, {"a": 2}]
    got = await run_block(Columns, rows=rows, compute={"b": "a * 2", "c": "b + index"})
    assert got["rows"] == [[{"a": 1, "b": 2, "c": 2}, {"a": 2, "b": 4, "c": 5}]]
    with pytest.raises(BlockError, match="Row 0"):
        await run_block(Columns, rows=rows, compute={"b": "z"})

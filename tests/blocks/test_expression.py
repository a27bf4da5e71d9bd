"""Expressions are worked out exactly, and nothing in them can run, grow or hang."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luban.blocks.maths.expression import Expression
from luban.sdk import BlockError

REFUSED = [
    "",
    "()",
    "1 2",
    "1 +",
    "* 3",
    "(1",
    "1)",
    "1e5",
    "0x10",
    "inf",
    "a.b",
    "x[0]",
    "'8' * 3",
    "__import__('os').system('true')",
    "9 ** 9 ** 9",
    "2^2^2^2^2^2",
    "(2^900) ^ 0.5 * 2^999",
    "0 ^ -1",
    "(-8) ^ 0.5",
    "(" * 500 + "1" + ")" * 500,
    "2^" * 300 + "1",
    "9" * 1001,
    "*".join(["9" * 90] * 10),
]


@pytest.mark.parametrize("text", REFUSED)
async def test_what_is_no_expression_is_told(text: str) -> None:
    with pytest.raises(BlockError) as told:
        await Expression().run(Expression.Input(expression=text))
    assert told.value.code == "bad_expression"
    assert "cannot be worked out" in str(told.value)
    assert "无法计算" in told.value.message_zh


async def test_a_name_that_is_not_given_tells_those_that_are() -> None:
    with pytest.raises(BlockError, match=r"`y` is no number; known names: `x`"):
        await Expression().run(Expression.Input(expression="x + y", values={"x": 1}))


NUMBERS = st.integers(0, 50).map(str) | st.sampled_from(["0.5", "1.25"])
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds(lambda a, sign, b: f"({a} {sign} {b})", inner, st.sampled_from("+-*/%"), inner)
        | inner.map(lambda a: f"-{a}")
    ),
    max_leaves=12,
)
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}


def worked_out(node: ast.AST) -> Fraction:
    """What Python's own grammar makes of the same text, in exact numbers."""
    if isinstance(node, ast.Expression):
        return worked_out(node.body)
    if isinstance(node, ast.UnaryOp):
        return -worked_out(node.operand)
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](worked_out(node.left), worked_out(node.right))
    assert isinstance(node, ast.Constant)
    return Fraction(str(node.value))


@given(text=EXPRESSIONS)
async def test_it_agrees_with_the_rules_of_arithmetic(text: str) -> None:
    try:
        expected = float(worked_out(ast.parse(text, mode="eval")))
    except ZeroDivisionError:
        with pytest.raises(BlockError):
            await Expression().run(Expression.Input(expression=text))
        return
    given_out = await Expression().run(Expression.Input(expression=text))
    assert float(given_out["result"]) == expected

"""Arithmetic with two numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Annotated, Literal

from pydantic import BeforeValidator

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number

Operation = Literal[
    "add",
    "subtract",
    "multiply",
    "divide",
    "power",
    "modulo",
    "whole_divide",
    "minimum",
    "maximum",
]
_WHOLE_LIMIT = 1 << 63
"""Whole numbers travel exactly up to here; larger results are given as decimal numbers."""


class Calculate(Block):
    """Calculates with two numbers. Whole numbers stay whole: 2 + 3 is 5, and 6 / 2 is 3."""

    id = "maths.calculate"
    aliases = ("math.calculate",)
    title = "Calculate"
    category = "maths"
    effect = Effect.NONE
    icon = "calculator"
    keywords = ("calculator", "arithmetic", "plus", "minus", "times", "divide", "math")

    class Input(BlockInput):
        operation: Annotated[Operation, BeforeValidator(lambda given: _plain(given))] = Field(
            title="Operation", description="What to do with A and B."
        )
        a: Number = Field(title="A", description="The first number.")
        b: Number = Field(title="B", description="The second number.")
        round_result: bool = Field(
            False, title="Round", description="Round the result; a half goes away from zero."
        )
        decimals: int = Field(
            0,
            ge=-15,
            le=15,
            title="Decimals",
            description="Digits after the point that stay when rounding; -2 rounds to hundreds.",
            advanced=True,
        )

    class Output(BlockOutput):
        result: Number = Field(title="Result", description="The result of the calculation.")

    examples = (
        Example({"operation": "add", "a": 2, "b": 3}, {"result": 5}),
        Example({"operation": "subtract", "a": 2, "b": 3.5}, {"result": -1.5}),
        Example({"operation": "multiply", "a": 3, "b": 4}, {"result": 12}),
        Example({"operation": "divide", "a": 6, "b": 2}, {"result": 3}),
        Example({"operation": "divide", "a": 7, "b": 2, "round_result": True}, {"result": 4}),
        Example(
            {"operation": "divide", "a": 2, "b": 3, "round_result": True, "decimals": 2},
            {"result": 0.67},
        ),
        Example(
            {"operation": "add", "a": 1200, "b": 50, "round_result": True, "decimals": -2},
            {"result": 1300},
        ),
        Example({"operation": "divide", "a": 1, "b": 0}, {"error": {"code": "division_by_zero"}}),
        Example({"operation": "power", "a": 2, "b": 10}, {"result": 1024}),
        Example({"operation": "modulo", "a": 7, "b": 3}, {"result": 1}),
        Example({"operation": "whole_divide", "a": 7, "b": 2}, {"result": 3}),
        Example({"operation": "maximum", "a": 7, "b": 2}, {"result": 7}),
        Example({"operation": "divide", "a": 1, "b": 0}, {"error": {"code": "division_by_zero"}}),
        Example({"operation": "power", "a": -4, "b": 0.5}, {"error": {"code": "not_a_number"}}),
    )

    async def run(self, input: Input) -> dict[str, int | float]:
        result = _in_range(_calculate(input), input)
        if input.round_result:
            result = _round(result, input.decimals)
        return {"result": result}


def _plain(given: object) -> object:
    """`Add` is `add` too."""
    return given.lower() if isinstance(given, str) else given


def _divide(a: int | float, b: int | float) -> int | float:
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return a // b
    return a / b


def _power(a: int | float, b: int | float) -> int | float:
    if isinstance(a, int) and isinstance(b, int) and abs(a).bit_length() * b > 64:
        return float(a) ** b
    return a**b


_OPERATIONS: dict[str, Callable[[int | float, int | float], int | float]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": _divide,
    "power": _power,
    "modulo": lambda a, b: a % b,
    "whole_divide": lambda a, b: a // b,
    "minimum": min,
    "maximum": max,
}


def _calculate(input: Calculate.Input) -> int | float:
    try:
        return _OPERATIONS[input.operation](input.a, input.b)
    except ZeroDivisionError as error:
        raise BlockError(
            f"{input.a} cannot be divided by zero: B is {input.b}. "
            "Give B another value, or test it with If before.",
            zh=f"{input.a} 不能除以零：B 的值是 {input.b}。请换一个 B，或先用“如果”判断。",
            code="division_by_zero",
        ) from error
    except OverflowError as error:
        raise _too_large(input) from error


def _in_range(result: int | float | complex, input: Calculate.Input) -> int | float:
    if isinstance(result, complex):
        raise BlockError(
            f"{input.a} to the power of {input.b} is not a real number. Use an A of 0 or more.",
            zh=f"{input.a} 的 {input.b} 次方不是实数。请使用不小于 0 的 A。",
            code="not_a_number",
        )
    if not math.isfinite(result):
        raise _too_large(input)
    if isinstance(result, int) and not -_WHOLE_LIMIT <= result < _WHOLE_LIMIT:
        return float(result)
    return result


def _too_large(input: Calculate.Input) -> BlockError:
    return BlockError(
        f"{input.operation} of {input.a} and {input.b} is too large. Use smaller numbers.",
        zh=f"{input.a} 与 {input.b} 的计算结果过大（{input.operation}）。请使用较小的数。",
        code="number_too_large",
    )


def _round(number: int | float, decimals: int) -> int | float:
    """Half away from zero, as people learn it; without decimals the result is whole."""
    place = Decimal(1).scaleb(-decimals)
    with localcontext() as exactly:
        exactly.prec = 400
        rounded = Decimal(repr(number)).quantize(place, ROUND_HALF_UP)
    if (decimals > 0 and isinstance(number, float)) or abs(rounded) >= _WHOLE_LIMIT:
        return float(rounded)
    return int(rounded)

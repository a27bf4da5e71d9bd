"""Arithmetic written as people write it, worked out exactly and without running any code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field, Number
from luban.sdk.values import show

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([^\W\d]\w*)|(\*\*|[-+*/%^()]))")
_SAME = str.maketrans("×·⋅＊÷／∕−–－＋（）％＾．＝", "****///---+()%^.=")
_LONGEST = 1000
_DEEPEST = 60
_LARGEST = 1000
"""Bits a number may grow to on the way: what a decimal number can hold."""
_GREATEST_POWER = 1024


class Expression(Block):
    """Works out arithmetic such as `(8 - 4) * 6`, exactly: 8 / (3 - 8 / 3) is 24.

    It knows + - * / % ^ and brackets, also written × ÷ （ ）, and values by name. A sign `=` and
    what follows it is left aside.
    """

    id = "maths.expression"
    title = "Work out expression"
    category = "maths"
    effect = Effect.NONE
    icon = "sigma"
    keywords = ("formula", "arithmetic", "evaluate", "calculator", "brackets", "24")

    class Input(BlockInput):
        expression: str = Field(title="Expression", description="What to work out: (8 - 4) * 6.")
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="Numbers by name; link to `values.x` to use x in the expression.",
        )
        use: list[Number] | None = Field(
            None,
            title="Numbers to use",
            description="If given, Fits tells whether exactly these stand in the expression.",
            advanced=True,
        )

    class Output(BlockOutput):
        result: Number = Field(title="Result", description="What it comes to.")
        numbers: list[Number] = Field(
            title="Numbers", description="The numbers that stand in the expression, in order."
        )
        expression: str = Field(
            title="Expression", description="What was worked out, as it was given."
        )
        fits: bool = Field(
            title="Fits",
            description="Whether each number to use is used once, and no other; given only if "
            "there are numbers to use.",
        )

    examples = (
        Example(
            {"expression": "8 / (3 - 8 / 3)", "use": [3, 3, 8, 8]},
            {
                "result": 24,
                "numbers": [8, 3, 8, 3],
                "expression": "8 / (3 - 8 / 3)",
                "fits": True,
            },
        ),
        Example(
            {"expression": "（8－4）× 6 = 24", "use": [8, 4, 3, 3]},
            {
                "result": 24,
                "numbers": [8, 4, 6],
                "expression": "（8－4）× 6 = 24",
                "fits": False,
            },
        ),
        Example(
            {"expression": "-price * (1 + rate)", "values": {"price": 200, "rate": 0.1}},
            {"result": -220, "numbers": [1], "expression": "-price * (1 + rate)"},
        ),
        Example(
            {"expression": "2 ^ 3 ^ 2 % 5"},
            {"result": 2, "numbers": [2, 3, 2, 5], "expression": "2 ^ 3 ^ 2 % 5"},
        ),
        Example(
            {"expression": "1 / 4"}, {"result": 0.25, "numbers": [1, 4], "expression": "1 / 4"}
        ),
        Example({"expression": "1 / (2 - 2)"}, {"error": {"code": "division_by_zero"}}),
        Example({"expression": "8 +"}, {"error": {"code": "bad_expression"}}),
        Example({"expression": "__import__('os')"}, {"error": {"code": "bad_expression"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        reader = _Reader(input.expression, input.values)
        result = reader.whole()
        given: dict[str, Any] = {
            "result": _number(result),
            "numbers": [_number(number) for number in reader.numbers],
            "expression": input.expression.strip(),
        }
        if input.use is not None:
            wanted = sorted(_exact(number) for number in input.use)
            given["fits"] = sorted(reader.numbers) == wanted
        return given


class _Reader:
    """Reads an expression from left to right, working it out on the way.

    sum: product (+ - product)*; product: sign (* / % sign)*; sign: (+ -)* power;
    power: atom (^ sign)?; atom: number, name, or a sum in brackets.
    """

    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.text = text
        self.values = values
        self.numbers: list[Fraction] = []
        self._tokens = self._split(text.translate(_SAME).partition("=")[0])
        self._at = 0
        self._depth = 0

    def whole(self) -> Fraction:
        """What all of it comes to; raises `BlockError` if it is no expression."""
        result = self._sum()
        if self._at < len(self._tokens):
            raise self._wrong(
                f"`{self._tokens[self._at]}` is not expected there",
                f"这里不应出现 {self._tokens[self._at]}",
            )
        return result

    def _split(self, text: str) -> list[str]:
        if len(text) > _LONGEST:
            raise self._wrong(f"it is longer than {_LONGEST} characters", f"超过 {_LONGEST} 个字符")
        tokens: list[str] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                odd = text[at:].strip()[:1]
                raise self._wrong(f"`{odd}` means nothing here", f"无法识别 {odd}")
            tokens.append(found.group().strip())
            at = found.end()
        return tokens

    def _next(self, *wanted: str) -> str | None:
        """The next token, taken, if it is one of these."""
        if self._at < len(self._tokens) and self._tokens[self._at] in wanted:
            self._at += 1
            return self._tokens[self._at - 1]
        return None

    def _sum(self) -> Fraction:
        left = self._product()
        while sign := self._next("+", "-"):
            right = self._product()
            left = self._kept(left + right if sign == "+" else left - right)
        return left

    def _product(self) -> Fraction:
        left = self._sign()
        while sign := self._next("*", "/", "%"):
            right = self._sign()
            if sign == "*":
                left = self._kept(left * right)
            elif right == 0:
                raise BlockError(
                    f"`{show(self.text)}` divides by zero. Change the expression or its values.",
                    zh=f"“{show(self.text)}”中出现了除以零。请修改表达式或其中的值。",
                    code="division_by_zero",
                )
            else:
                left = self._kept(left / right if sign == "/" else left % right)
        return left

    def _sign(self) -> Fraction:
        negative = False
        while sign := self._next("+", "-"):
            negative ^= sign == "-"
        value = self._power()
        return -value if negative else value

    def _power(self) -> Fraction:
        base = self._atom()
        if self._next("^", "**") is None:
            return base
        self._go_deeper()
        power = self._sign()
        self._depth -= 1
        return self._raised(base, power)

    def _raised(self, base: Fraction, power: Fraction) -> Fraction:
        if abs(power) > _GREATEST_POWER or (base == 0 and power < 0):
            raise self._wrong(
                f"{base} to the power of {power} is out of reach",
                f"{base} 的 {power} 次方超出范围",
            )
        if power.denominator == 1:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if size * abs(power.numerator) > _LARGEST:
                raise self._too_large()
            return base**power.numerator
        if base < 0:
            raise self._wrong(
                f"{base} has no real power of {power}", f"{base} 没有实数的 {power} 次方"
            )
        try:
            return _exact(float(base) ** float(power))
        except OverflowError as error:
            raise self._too_large() from error

    def _atom(self) -> Fraction:
        if self._next("("):
            self._go_deeper()
            inner = self._sum()
            self._depth -= 1
            if self._next(")") is None:
                raise self._wrong("a bracket is not closed", "有括号没有闭合")
            return inner
        if self._at >= len(self._tokens):
            raise self._wrong("it ends too early", "表达式不完整")
        token = self._tokens[self._at]
        self._at += 1
        if token[0].isdigit() or token[0] == ".":
            number = Fraction(token)
            self.numbers.append(number)
            return number
        return self._named(token)

    def _named(self, token: str) -> Fraction:
        value = self.values.get(token)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            known = ", ".join(f"`{name}`" for name in self.values) or "none"
            known_zh = "、".join(self.values) or "无"
            raise self._wrong(
                f"`{token}` is no number; known names: {known}",
                f"{token} 不是数字；可用的名称：{known_zh}",
            )
        return _exact(value)

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong(f"it is nested more than {_DEEPEST} deep", f"嵌套超过 {_DEEPEST} 层")

    def _kept(self, value: Fraction) -> Fraction:
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > _LARGEST:
            raise self._too_large()
        return value

    def _too_large(self) -> BlockError:
        return self._wrong("a number on the way is too large", "计算过程中的数过大")

    def _wrong(self, why: str, why_zh: str) -> BlockError:
        return BlockError(
            f"`{show(self.text)}` cannot be worked out: {why}. Write it with numbers, "
            "+ - * / % ^ and brackets.",
            zh=f"无法计算“{show(self.text)}”：{why_zh}。请用数字、+ - * / % ^ 和括号书写。",
            code="bad_expression",
        )


def _exact(number: int | float) -> Fraction:
    """The number as it is written: 0.1 is a tenth."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def _number(value: Fraction) -> int | float:
    if value.denominator == 1 and -(1 << 63) <= value.numerator < 1 << 63:
        return value.numerator
    return float(value)

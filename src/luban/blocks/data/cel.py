"""Expressions in CEL worked out over plain values, within a budget of work and time.

Written here and not taken from a library: the one there is holds the interpreter while it works and
cannot be stopped, multiplies no 2 by 1.5, and knows no names in Chinese
(`docs/decisions/0024-expressions-and-tables-end.md`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from luban.blocks.data.cel_functions import FUNCTIONS, METHODS, Refused, plain
from luban.blocks.data.cel_syntax import BadExpression, Node, parse
from luban.sdk import BlockError
from luban.sdk.values import show

_STEPS = 1_000_000
_SECONDS = 20.0
_LOOK_AFTER = 2048
_KINDS = {bool: "a boolean", int: "a number", float: "a number", str: "a text", list: "a list"}
_KINDS |= {dict: "an object", type(None): "nothing", datetime: "a time", timedelta: "a duration"}
_KINDS_ZH = {bool: "是否", int: "数字", float: "数字", str: "文本", list: "列表", dict: "对象"}
_KINDS_ZH |= {type(None): "空", datetime: "时间", timedelta: "时长"}
_LIMIT = 1 << 63
_TIMES = (datetime, timedelta)


@dataclass
class Budget:
    """What evaluations may take together; a step is one part of an expression worked out once."""

    steps: int = _STEPS
    until: float = field(default_factory=lambda: time.monotonic() + _SECONDS)


class Expression:
    """One expression, ready to be worked out again and again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = parse(text)

    def value(self, names: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """What it comes to, as plain data. Raises `BlockError`."""
        run = _Run(self.text, dict(names), budget or Budget())
        return run.plain(run.of(self._tree), self._tree)

    def holds(self, names: Mapping[str, Any], budget: Budget | None = None) -> bool:
        """Whether it is true; anything but true and false is an error."""
        value = self.value(names, budget)
        if isinstance(value, bool):
            return value
        raise BadExpression(
            self.text,
            0,
            f"a condition comes to true or false, and this to {show(value)}",
            f"条件的结果应为 true 或 false，而这里是 {show(value)}",
            "not_a_condition",
        )


class _Run:
    def __init__(self, text: str, names: dict[str, Any], budget: Budget) -> None:
        self.text = text
        self.names = names
        self.budget = budget

    def of(self, node: Node) -> Any:
        self._charge(1, node)
        return _KINDS_OF_NODES[node.kind](self, node)

    def _charge(self, steps: int, node: Node) -> None:
        budget = self.budget
        before = budget.steps // _LOOK_AFTER
        budget.steps -= steps
        late = budget.steps // _LOOK_AFTER != before and time.monotonic() > budget.until
        if budget.steps < 0 or late:
            raise self._wrong(
                node,
                "it is too much work: shorten the lists, or go through them fewer times",
                "计算量过大：请缩短列表，或减少遍历次数",
                "expression_too_slow",
            )

    def plain(self, value: Any, node: Node) -> Any:
        """A value as it travels along links, every part of it paid for."""
        self._charge(1 + (len(value) // 16 if isinstance(value, str) else 0), node)
        if isinstance(value, list):
            return [self.plain(each, node) for each in cast("list[Any]", value)]
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {name: self.plain(each, node) for name, each in fields.items()}
        return plain(value)

    def _same(self, left: Any, right: Any, node: Node) -> bool:
        """By what they hold; a number is never a boolean, at any depth."""
        self._charge(1 + (_weight(left) if isinstance(left, str) else 0), node)
        if _is_number(left) and _is_number(right):
            return left == right
        if type(left) is not type(right):
            return False
        if isinstance(left, list):
            one, other = cast("list[Any]", left), cast("list[Any]", right)
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(self._same(a, b, node) for a, b in pairs)
        if isinstance(left, dict):
            fields, others = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
            return fields.keys() == others.keys() and all(
                self._same(part, others[name], node) for name, part in fields.items()
            )
        return left == right

    def _value(self, node: Node) -> Any:
        return node.value

    def _name(self, node: Node) -> Any:
        if node.value in self.names:
            return self.names[node.value]
        known = ", ".join(f"`{name}`" for name in list(self.names)[:20]) or "none"
        raise self._wrong(
            node,
            f"there is no `{node.value}`; known names are {known}",
            f"没有“{node.value}”；可用的名称：{'、'.join(list(self.names)[:20]) or '无'}",
            "unknown_name",
        )

    def _select(self, node: Node) -> Any:
        whole = self.of(node.parts[0])
        if not isinstance(whole, dict):
            raise self._wrong(
                node,
                f"{_kind(whole)} has no field `{node.value}`",
                f"{_kind_zh(whole)}没有字段“{node.value}”",
                "wrong_types",
            )
        if node.value not in whole:
            raise self._wrong(
                node,
                f"there is no field `{node.value}`; ask for it with has(… .{node.value}) first",
                f"没有字段“{node.value}”；可以先用 has(….{node.value}) 判断",
                "no_such_field",
            )
        return cast("dict[str, Any]", whole)[node.value]

    def _has(self, node: Node) -> bool:
        whole = self.of(node.parts[0])
        return isinstance(whole, dict) and node.value in whole

    def _index(self, node: Node) -> Any:
        whole, at = self.of(node.parts[0]), self.of(node.parts[1])
        if isinstance(whole, dict):
            if isinstance(at, str) and at in whole:
                return cast("dict[str, Any]", whole)[at]
        elif isinstance(whole, list) and _is_number(at) and at == int(at):
            items = cast("list[Any]", whole)
            if 0 <= at < len(items):
                return items[int(at)]
        else:
            raise self._wrong_types(node, "[ ]", whole, at)
        raise self._wrong(
            node, f"there is no part {show(at)}", f"没有 {show(at)} 这一部分", "no_such_field"
        )

    def _list(self, node: Node) -> list[Any]:
        return [self.of(part) for part in node.parts]

    def _map(self, node: Node) -> dict[str, Any]:
        values = [self.of(part) for part in node.parts]
        odd = next((key for key in values[::2] if not isinstance(key, str)), None)
        if odd is not None:
            raise self._wrong(
                node, f"the key {show(odd)} is no text", f"键 {show(odd)} 不是文本", "wrong_types"
            )
        return dict(zip(values[::2], values[1::2], strict=True))

    def _not(self, node: Node) -> bool:
        value = self.of(node.parts[0])
        if not isinstance(value, bool):
            raise self._wrong_types(node, "!", value)
        return not value

    def _minus(self, node: Node) -> Any:
        value = self.of(node.parts[0])
        return (
            self._kept(-value, node) if _is_number(value) else self._wrong_types(node, "-", value)
        )

    def _if(self, node: Node) -> Any:
        condition = self.of(node.parts[0])
        if not isinstance(condition, bool):
            raise self._wrong_types(node, "? :", condition)
        return self.of(node.parts[1 if condition else 2])

    def _binary(self, node: Node) -> Any:
        if node.value in ("&&", "||"):
            return self._both(node, node.value == "||")
        left, right = self.of(node.parts[0]), self.of(node.parts[1])
        sign = node.value
        if sign in ("==", "!="):
            return self._same(left, right, node) == (sign == "==")
        if sign == "in":
            return self._within(left, right, node)
        if sign in _ORDERS:
            if not _ordered(left, right):
                raise self._wrong_types(node, sign, left, right)
            return _ORDERS[sign](left, right)
        return self._calculated(sign, left, right, node)

    def _both(self, node: Node, wanted: bool) -> bool:
        """One side may decide though the other fails, whichever stands first."""
        try:
            left = self._truth(node.parts[0], node)
        except BadExpression as error:
            if error.code == "expression_too_slow" or self._truth(node.parts[1], node) != wanted:
                raise
            return wanted
        return left if left == wanted else self._truth(node.parts[1], node)

    def _truth(self, part: Node, node: Node) -> bool:
        value = self.of(part)
        if not isinstance(value, bool):
            raise self._wrong_types(node, node.value, value)
        return value

    def _within(self, part: Any, whole: Any, node: Node) -> bool:
        if isinstance(whole, list):
            return any(self._same(part, item, node) for item in cast("list[Any]", whole))
        if isinstance(whole, dict):
            return isinstance(part, str) and part in whole
        raise self._wrong_types(node, "in", part, whole)

    def _calculated(self, sign: str, left: Any, right: Any, node: Node) -> Any:
        if sign == "+" and type(left) is type(right) and isinstance(left, (str, list)):
            self._charge(_weight(left) + _weight(right), node)
            return left + cast("Any", right)
        one, two = cast("Any", left), cast("Any", right)
        try:
            if sign in "+-" and isinstance(left, _TIMES) and isinstance(right, _TIMES):
                return one + two if sign == "+" else one - two
            if _is_number(left) and _is_number(right):
                return self._kept(_ARITHMETIC[sign](left, right), node)
        except ZeroDivisionError as error:
            raise self._wrong(node, "it divides by zero", "除数为零", "division_by_zero") from error
        except (OverflowError, TypeError):
            pass
        raise self._wrong_types(node, sign, left, right)

    def _macro(self, node: Node) -> Any:
        name, variable = node.value
        whole = self.of(node.parts[0])
        if not isinstance(whole, (list, dict)):
            raise self._wrong_types(node, name, whole)
        outer = self.names
        try:
            return _MACROS[name](self, node, self._each(list(cast("list[Any]", whole)), variable))
        finally:
            self.names = outer

    def _each(self, items: list[Any], variable: str) -> Iterator[Any]:
        outer = self.names
        for item in items:
            self.names = {**outer, variable: item}
            yield item

    def _call(self, node: Node) -> Any:
        function = FUNCTIONS.get(node.value)
        if function is None:
            raise self._no_function(node)
        return self._applied(function, [self.of(part) for part in node.parts], node)

    def _method(self, node: Node) -> Any:
        target = node.parts[0]
        if target.kind == "name" and target.value == "math" and "math" not in self.names:
            function = FUNCTIONS.get(f"math.{node.value}")
            parts = node.parts[1:]
        else:
            function, parts = METHODS.get(node.value), node.parts
        if function is None:
            raise self._no_function(node)
        return self._applied(function, [self.of(part) for part in parts], node)

    def _applied(self, function: Callable[..., Any], given: list[Any], node: Node) -> Any:
        if node.value in _GO_DEEP:  # a list may hold another one a thousand times over
            given = [self.plain(each, node) for each in given]
        self._charge(sum(map(_weight, given)), node)
        try:
            value = function(*given)
        except Refused as error:
            raise self._wrong(node, error.why, error.why_zh, "wrong_value") from error
        except (TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise self._wrong_types(node, node.value, *given) from error
        self._charge(_weight(value), node)
        return self._kept(value, node)

    def _kept(self, value: Any, node: Node) -> Any:
        whole = isinstance(value, int)
        if (whole and not -_LIMIT <= value < _LIMIT) or value in (math.inf, -math.inf):
            raise self._wrong(node, "the number is too large", "数值过大", "number_too_large")
        return value

    def _no_function(self, node: Node) -> BadExpression:
        return self._wrong(
            node, f"there is no function `{node.value}`", f"没有函数“{node.value}”", "unknown_name"
        )

    def _wrong_types(self, node: Node, sign: str, *given: Any) -> BadExpression:
        return self._wrong(
            node,
            f"`{sign}` does not work with {' and '.join(map(_kind, given)) or 'nothing'}",
            f"“{sign}”不能用于{'和'.join(map(_kind_zh, given)) or '空'}",
            "wrong_types",
        )

    def _wrong(self, node: Node, why: str, why_zh: str, code: str) -> BadExpression:
        return BadExpression(self.text, node.at, why, why_zh, code)

    # -- macros: `each` sets the variable for the parts of the node

    def all(self, node: Node, each: Iterator[Any]) -> bool:
        return self._decided(node, each, False)

    def exists(self, node: Node, each: Iterator[Any]) -> bool:
        return self._decided(node, each, True)

    def _decided(self, node: Node, each: Iterator[Any], wanted: bool) -> bool:
        failure: BlockError | None = None
        for _ in each:
            try:
                if self._condition(node.parts[1], node) == wanted:
                    return wanted
            except BadExpression as error:
                if error.code == "expression_too_slow":
                    raise
                failure = failure or error
        if failure is not None:
            raise failure
        return not wanted

    def exists_one(self, node: Node, each: Iterator[Any]) -> bool:
        return sum(1 for _ in each if self._condition(node.parts[1], node)) == 1

    def filter(self, node: Node, each: Iterator[Any]) -> list[Any]:
        return [item for item in each if self._condition(node.parts[1], node)]

    def map(self, node: Node, each: Iterator[Any]) -> list[Any]:
        *condition, result = node.parts[1:]
        return [
            self.of(result) for _ in each if not condition or self._condition(condition[0], node)
        ]

    def _condition(self, part: Node, node: Node) -> bool:
        value = self.of(part)
        if not isinstance(value, bool):
            raise self._wrong_types(node, node.value[0], value)
        return value


_MACROS = {name: getattr(_Run, name) for name in ("all", "exists", "exists_one", "filter", "map")}
_GO_DEEP = frozenset({"string", "distinct"})
_KINDS_OF_NODES: dict[str, Callable[[_Run, Node], Any]] = {
    kind: getattr(_Run, f"_{kind}")
    for kind in (
        *("value", "name", "select", "has", "index", "list", "map", "not", "minus"),
        *("call", "method", "binary", "if", "macro"),
    )
}
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _divided(a: Any, b: Any) -> Any:
    """Whole numbers give a whole one, cut towards zero, as CEL has it."""
    if isinstance(a, int) and isinstance(b, int):
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return a / b


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "%": lambda a, b: a - b * int(a / b) if isinstance(a + b, float) else a - b * _divided(a, b),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _ordered(left: Any, right: Any) -> bool:
    if _is_number(left) and _is_number(right):
        return True
    return type(left) is type(right) and isinstance(left, (str, bool, datetime, timedelta))


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // 16
    return len(cast("list[Any]", value)) if isinstance(value, (list, dict)) else 0


def _kind(value: Any) -> str:
    return _KINDS.get(cast("type[Any]", type(value)), "a value")


def _kind_zh(value: Any) -> str:
    return _KINDS_ZH.get(cast("type[Any]", type(value)), "值")

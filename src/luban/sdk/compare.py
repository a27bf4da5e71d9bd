"""How conditions compare two values: text that is a number counts as one, order needs one kind."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Literal, assert_never, cast

from luban.model.errors import show
from luban.model.pins import KIND_ZH, CoercionFailed, PinKind, PinType, coerce, kind_of
from luban.sdk.errors import BlockError

Operator = Literal[
    "==",
    "!=",
    ">",
    "<",
    ">=",
    "<=",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "in",
    "not_in",
    "is_empty",
    "is_not_empty",
]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST_NUMBER = 300
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def as_operand(value: Any) -> Any:
    """Text without the space around it, and as a number when it is written as one."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return text
    return coerce(text, PinType(PinKind.NUMBER))


def holds(value: Any, relation: Operator, other: Any) -> bool:
    """Whether `value relation other` is true. Raises `BlockError` for values without an order."""
    left, right = as_operand(value), as_operand(other)
    match relation:
        case "==":
            return _equal(left, right)
        case "!=":
            return not _equal(left, right)
        case ">" | "<" | ">=" | "<=":
            return _ordered(left, relation, right)
        case "contains":
            return _contains(value, other)
        case "not_contains":
            return not _contains(value, other)
        case "in":
            return _contains(other, value)
        case "not_in":
            return not _contains(other, value)
        case "starts_with":
            return _text(value).startswith(_text(other))
        case "ends_with":
            return _text(value).endswith(_text(other))
        case "is_empty":
            return is_empty(value)
        case "is_not_empty":
            return not is_empty(value)
        case _:
            assert_never(relation)


def is_empty(value: Any) -> bool:
    """Nothing, blank text, or a list or object without content; 0 and false are values."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (list, dict)) and not value)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        left, right = _as_boolean(left), _as_boolean(right)
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    return left == right


def _as_boolean(value: Any) -> Any:
    """`"true"` beside `true`; a number is never the same as a boolean."""
    if not isinstance(value, str):
        return value
    return {"true": True, "false": False}.get(value.lower(), value)


def _ordered(left: Any, relation: str, right: Any) -> bool:
    kinds = {kind_of(left), kind_of(right)}
    if len(kinds) == 1 and kinds <= {PinKind.NUMBER, PinKind.TEXT, PinKind.BOOLEAN}:
        return _ORDER[relation](left, right)
    one, two = kind_of(left), kind_of(right)
    first, second = show(left), show(right)
    raise BlockError(
        f"`{relation}` cannot compare {first} ({one.value}) with {second} ({two.value}). "
        "Give two numbers or two texts, or convert one of them first.",
        zh=f"“{relation}”无法比较 {first}（{KIND_ZH[one]}）和 {second}（{KIND_ZH[two]}）。"
        "请给出两个数字或两段文本，或先转换其中一个。",
        code="not_comparable",
    )


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, list):
        wanted = as_operand(part)
        return any(_equal(as_operand(item), wanted) for item in cast("list[Any]", whole))
    if isinstance(whole, dict):
        return _text(part) in whole
    return whole is not None and _text(part) in _text(whole)


def _text(value: Any) -> str:
    if value is None:
        return ""
    try:
        return coerce(value, PinType(PinKind.TEXT))
    except CoercionFailed as error:
        raise BlockError(str(error), zh=error.message_zh, code=error.code) from error

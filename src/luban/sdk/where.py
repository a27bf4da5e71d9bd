"""Conditions on fields: which rows and documents are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from luban.sdk.compare import Operator, holds
from luban.sdk.errors import BlockError

OPERATORS: frozenset[str] = frozenset(get_args(Operator))
_ORDERED = frozenset({">", "<", ">=", "<="})


def check_where(where: Mapping[str, Any] | None) -> None:
    """Raises `BlockError` for an operator there is not."""
    for field, wanted in (where or {}).items():
        if not field:
            raise BlockError(
                "A condition names no field.", zh="有一个条件没有字段名。", code="bad_condition"
            )
        if _is_operators(wanted):
            for name in wanted:
                if name not in OPERATORS:
                    known = " ".join(sorted(OPERATORS))
                    raise BlockError(
                        f"The condition on `{field}` has an operator `{name}`; there are {known}.",
                        zh=f"字段“{field}”的条件使用了运算符“{name}”；可用的有 {known}。",
                        code="bad_condition",
                    )


def matches(record: Mapping[str, Any], where: Mapping[str, Any] | None) -> bool:
    """Whether all conditions hold; what cannot be compared does not match."""
    return all(_holds(part(record, field), wanted) for field, wanted in (where or {}).items())


def part(record: Mapping[str, Any], field: str) -> Any:
    """A field, or a part of one: `user.name`; `None` if there is none."""
    if field in record:
        return record[field]
    found: Any = record
    for name in field.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = cast("Mapping[str, Any]", found)[name]
    return found


def _is_operators(wanted: Any) -> bool:
    if not isinstance(wanted, Mapping) or not wanted:
        return False
    names = cast("Mapping[str, Any]", wanted)
    return any(name in OPERATORS or not name.replace("_", "").isalnum() for name in names)


def _holds(value: Any, wanted: Any) -> bool:
    if not _is_operators(wanted):
        return value == wanted if isinstance(wanted, Mapping) else holds(value, "==", wanted)
    return all(_one(value, name, other) for name, other in wanted.items())


def _one(value: Any, operator: Any, other: Any) -> bool:
    if operator in _ORDERED and value is None:
        return False
    try:
        return holds(value, operator, other)
    except BlockError:  # another kind of value than the condition speaks of
        return False

"""What conditions hold for which values."""

from __future__ import annotations

from typing import Any

import pytest

from luban.sdk import BlockError
from luban.sdk.compare import Operator, as_operand, holds


@pytest.mark.parametrize(
    ("value", "relation", "other"),
    [
        (" 12 ", "==", 12),
        ("1.0", "==", "1"),
        (1, "==", 1.0),
        ("a", "==", " a"),
        ("true", "==", True),
        (None, "==", None),
        (None, "!=", 0),
        (0, "!=", False),
        (1, "!=", True),
        ("", "!=", None),
        ({"a": [1]}, "==", {"a": [1]}),
        ("10", ">", "9"),
        ("b", ">", "a"),
        ("-1e3", "<", 0),
        (2, ">=", 2),
        ("2026-01-31", "<", "2026-02-01"),
        ("你好世界", "contains", "世界"),
        ([1, "2"], "contains", 2),
        ({"k": 0}, "contains", "k"),
        (123, "contains", "2"),
        ("b", "in", ["a", "b"]),
        ("c", "not_in", ["a", "b"]),
        (None, "not_contains", "x"),
        ("Luban", "starts_with", "Lu"),
        ("a.csv", "ends_with", ".csv"),
        ("  ", "is_empty", None),
        ([], "is_empty", None),
        (None, "is_empty", None),
        (0, "is_not_empty", None),
        (False, "is_not_empty", None),
    ],
)
def test_it_holds(value: Any, relation: Operator, other: Any) -> None:
    assert holds(value, relation, other)


OPPOSITES: dict[Operator, Operator] = {
    "==": "!=",
    ">": "<=",
    "<": ">=",
    "contains": "not_contains",
    "in": "not_in",
    "is_empty": "is_not_empty",
}


@pytest.mark.parametrize(("relation", "opposite"), OPPOSITES.items())
@pytest.mark.parametrize(("value", "other"), [(1, 2), ("2", 2), ("x", "y"), ("a", "a")])
def test_of_opposites_exactly_one_holds(
    value: Any, relation: Operator, opposite: Operator, other: Any
) -> None:
    if relation in {">", "<"} and type(as_operand(value)) is not type(as_operand(other)):
        pytest.skip("these have no order")
    assert holds(value, relation, other) != holds(value, opposite, other)


@pytest.mark.parametrize(("value", "other"), [("abc", 3), (None, 1), ([1], [2]), (True, 1)])
def test_values_without_an_order_are_named(value: Any, other: Any) -> None:
    with pytest.raises(BlockError, match="cannot compare") as refused:
        holds(value, ">", other)
    assert refused.value.code == "not_comparable"


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("1", 1),
        ("+1.50", 1.5),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("nan", "nan"),
        ("1,5", "1,5"),
        ("9" * 301, "9" * 301),
        ("１", "１"),
        ("", ""),
    ],
)
def test_only_written_numbers_are_numbers(text: str, operand: Any) -> None:
    assert as_operand(text) == operand
    assert type(as_operand(text)) is type(operand)

"""Which way a switch goes, and what a conversion makes of values."""

from __future__ import annotations

from typing import Any

import pytest

from luban.blocks.logic.convert import Convert
from luban.blocks.logic.switch import Switch
from luban.sdk import BlockError
from luban.sdk.testing import run_block


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"value": 1, "case_1": "1", "case_2": 1}, {"case_1": [1]}),
        ({"value": True, "case_1": "true"}, {"case_1": [True]}),
        ({"value": True, "case_1": 1}, {"default": [True]}),
        ({"value": 0, "case_6": 0, "send": False}, {"case_6": [False]}),
        ({"value": "", "case_1": ""}, {"case_1": [""]}),
        ({"value": None, "case_1": None}, {"default": [None]}),
        ({"value": [1, 2], "case_1": [1, 2]}, {"case_1": [[1, 2]]}),
        ({"value": 2, "case_1": [None, 1, 2]}, {"case_1": [2]}),
        ({"value": "B", "case_1": ["a", "b"], "match_case": False}, {"case_1": ["B"]}),
    ],
)
async def test_a_value_goes_one_way(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    assert await run_block(Switch, **inputs) == expected


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        (True, "number", 1),
        (2.0, "text", "2"),
        (None, "number", 9),
        ("maybe", "boolean", 9),
        ([1], "object", 9),
        ("2026-02-30", "date", 9),
        (7, "array", [7]),
    ],
)
async def test_a_value_is_converted_or_replaced(value: Any, type: str, expected: Any) -> None:
    assert await run_block(Convert, value=value, type=type, otherwise=9) == {"value": [expected]}


@pytest.mark.parametrize("value", [None, "x", [1], {"a": 1}])
async def test_what_cannot_become_a_number_is_told(value: Any) -> None:
    with pytest.raises(BlockError) as told:
        await run_block(Convert, value=value, type="number")
    assert told.value.code == "type_mismatch"
    assert "Otherwise" in str(told.value)
    assert "否则" in told.value.message_zh

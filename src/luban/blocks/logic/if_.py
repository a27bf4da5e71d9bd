"""A condition with two ways out."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.compare import Operator, as_operand, holds


class If(Block):
    """Compares two values and goes one of two ways; the other way stays silent.

    Text that is written as a number is compared as a number.
    """

    id = "logic.if"
    title = "If"
    category = "logic"
    effect = Effect.NONE
    icon = "split"
    keywords = ("condition", "branch", "compare", "else", "when")

    class Input(BlockInput):
        value1: Any = Field(title="Value 1", description="What to test.")
        operator: Operator = Field("==", title="Operator", description="How to compare.")
        value2: Any = Field(
            None,
            title="Value 2",
            description="What to compare with; not used by `is_empty` and `is_not_empty`.",
        )
        yes_value: Any = Field(
            None, title="Value for yes", description="Sent on Yes; empty sends Value 1."
        )
        no_value: Any = Field(
            None, title="Value for no", description="Sent on No; empty sends Value 2."
        )

    class Output(BlockOutput):
        result: bool = Field(title="Result", description="Whether the condition holds.")
        yes_output: Any = Field(title="Yes", description="Given only when the condition holds.")
        no_output: Any = Field(
            title="No", description="Given only when the condition does not hold."
        )

    examples = (
        Example(
            {"value1": 3, "operator": "<", "value2": 8, "yes_value": "Y", "no_value": "N"},
            {"result": True, "yes_output": "Y"},
        ),
        Example(
            {"value1": " 12 ", "operator": "==", "value2": 12},
            {"result": True, "yes_output": 12},
        ),
        Example(
            {"value1": "b", "operator": "==", "value2": "a"},
            {"result": False, "no_output": "a"},
        ),
        Example(
            {"value1": "你好世界", "operator": "contains", "value2": "世界"},
            {"result": True, "yes_output": "你好世界"},
        ),
        Example(
            {"value1": 0, "operator": "is_empty", "no_value": "has a value"},
            {"result": False, "no_output": "has a value"},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if holds(input.value1, input.operator, input.value2):
            chosen = input.yes_value
            return {
                "result": True,
                "yes_output": as_operand(input.value1) if chosen is None else chosen,
            }
        chosen = input.no_value
        return {
            "result": False,
            "no_output": as_operand(input.value2) if chosen is None else chosen,
        }

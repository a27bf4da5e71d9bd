"""A number a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import BlockError, Example, Field, Number


class InputNumber(InputBlock):
    """A number that is given when a run is started."""

    id = "io.input_number"
    title = "Number input"
    icon = "hash"
    keywords = ("input", "integer", "amount", "parameter")

    class Input(RunInput):
        value: Number | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )
        minimum: Number | None = Field(
            None, title="Smallest", description="The least it may be.", advanced=True
        )
        maximum: Number | None = Field(
            None, title="Largest", description="The most it may be.", advanced=True
        )

    class Output(RunInputOutput):
        value: Number = Field(title="Value", description="The number.")

    examples = (
        Example({"name": "a", "value": 12}, {"value": 12}),
        Example({"name": "a", "value": "2.5", "minimum": 0}, {"value": 2.5}),
        Example({"name": "a", "value": None}, {}),
        Example({"name": "a", "value": -1, "minimum": 0}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        number = input.value
        if number is None:
            return {}
        if input.minimum is not None and number < input.minimum:
            raise _outside(input.name, number, "at least", "不小于", input.minimum)
        if input.maximum is not None and number > input.maximum:
            raise _outside(input.name, number, "at most", "不大于", input.maximum)
        return {"value": number}


def _outside(name: str, number: float, bound: str, bound_zh: str, limit: float) -> BlockError:
    return BlockError(
        f"The input `{name}` is {number}; give a number of {bound} {limit}.",
        zh=f"输入“{name}”的值是 {number}，请给出{bound_zh} {limit} 的数字。",
        code="invalid_value",
    )

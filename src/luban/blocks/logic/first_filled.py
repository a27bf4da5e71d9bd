"""The first value that is there."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class FirstFilled(Block):
    """Gives the first of several values that is not empty: a name, or else a nickname."""

    id = "logic.first_filled"
    title = "First with a value"
    category = "logic"
    effect = Effect.NONE
    icon = "list-start"
    keywords = ("default", "coalesce", "fallback", "otherwise", "null", "empty")

    class Input(BlockInput):
        values: list[Any] = Field(
            title="Values", description="In order; link to `values[0]` to set one."
        )
        zero_counts: bool = Field(
            True, title="0 and false count", description="Whether these are values.", advanced=True
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The first; silent if all are empty.")
        index: int = Field(title="Place", description="Where it stands, from 0.")
        none: bool = Field(title="None", description="Given as true if all are empty.")

    examples = (
        Example({"values": [None, "  ", [], 0, "x"]}, {"value": 0, "index": 3}),
        Example({"values": [0, False, "x"], "zero_counts": False}, {"value": "x", "index": 2}),
        Example({"values": ["", None]}, {"none": True}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        for index, value in enumerate(input.values):
            if _is_filled(value, input.zero_counts):
                return {"value": value, "index": index}
        return {"none": True}


def _is_filled(value: Any, zero_counts: bool) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (bool, int, float)):
        return zero_counts or bool(value)
    return bool(value)

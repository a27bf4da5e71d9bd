"""A value kept for all that needs it."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class StoreValue(Block):
    """Keeps a value, and gives it to every step of what follows, as often as they run.

    The value stays until another one comes: that is what lets a constant, or a result that comes
    once, meet a stream of others.
    """

    id = "io.store_value"
    title = "Store value"
    category = "data"
    static = True
    effect = Effect.NONE
    icon = "package-open"
    keywords = ("constant", "variable", "keep", "sticky", "remember", "default")

    class Input(BlockInput):
        input: Any = Field(title="Value", description="What to keep; link it or write it here.")
        data: Any = Field(
            None, title="Or rather", description="Kept instead, if it is anything at all."
        )

    class Output(BlockOutput):
        output: Any = Field(title="Value", description="The kept value.")

    examples = (
        Example({"input": "t"}, {"output": "t"}),
        Example({"input": "t", "data": "d"}, {"output": "d"}),
        Example({"input": "t", "data": 0}, {"output": 0}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"output": input.input if input.data is None else input.data}

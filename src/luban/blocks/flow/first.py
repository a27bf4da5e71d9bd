"""The first of many, and none of the others."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class First(Block):
    """Lets through what comes first, or the first few, and sends all later values another way.

    Link several branches to go on with the fastest of them, or a stream to cut it short.
    """

    id = "flow.first"
    title = "First to come"
    category = "flow"
    effect = Effect.NONE
    icon = "chevron-first"
    keywords = ("wait for any", "race", "limit", "once", "take", "fastest")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="Link as many as you like.")
        count: int = Field(1, ge=0, title="How many", description="So many are let through.")

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="One of the first.", main=True)
        later: Any = Field(title="Later", description="Given instead for all that come after.")

    examples = (
        Example({"value": "a"}, {"value": "a"}),
        Example({"value": "b", "count": 0}, {"later": "b"}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        return {"value" if ctx.iteration < input.count else "later": input.value}

"""Many values gathered into one list."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

Items = list[Any]  # the output is called `list`, which hides the built-in in its class


class Collect(Block):
    """Waits until everything before it is finished, and gives all values as one list."""

    id = "data.collect"
    title = "Collect"
    category = "data"
    effect = Effect.NONE
    icon = "list-plus"
    keywords = ("gather", "merge", "aggregate", "list", "loop end")

    class Input(BlockInput):
        items: list[Any] = Field(
            title="Items", description="Every value its links bring, in order.", gather=True
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="All values, in order.")
        count: int = Field(title="Count", description="How many values there are.")

    examples = (
        Example({"items": ["a", "b"]}, {"list": ["a", "b"], "count": 2}),
        Example({"items": []}, {"list": [], "count": 0}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"list": input.items, "count": len(input.items)}

"""How many items something has."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class Count(Block):
    """Counts the items of a list, the fields of an object or the characters of a text."""

    id = "maths.count"
    aliases = ("math.count",)
    title = "Count items"
    category = "maths"
    effect = Effect.NONE
    icon = "hash"
    keywords = ("length", "size", "number of", "how many")

    class Input(BlockInput):
        collection: Any = Field(
            title="Of", description="A list, an object or a text; anything else counts -1."
        )

    class Output(BlockOutput):
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example({"collection": ["a", "b"]}, {"count": 2}),
        Example({"collection": "word"}, {"count": 4}),
        Example({"collection": {"k": 1}}, {"count": 1}),
        Example({"collection": 5}, {"count": -1}),
    )

    async def run(self, input: Input) -> dict[str, int]:
        counted = isinstance(input.collection, (list, dict, str))
        return {"count": len(input.collection) if counted else -1}

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
    keywords = ("length", "size", "number of", "how many", "empty")

    class Input(BlockInput):
        collection: Any = Field(
            title="Of", description="A list, an object or a text; anything else counts -1."
        )

    class Output(BlockOutput):
        count: int = Field(title="Count", description="How many there are.")
        is_empty: bool = Field(
            title="Is empty", description="Whether there is nothing in it; 0 and false are values."
        )

    examples = (
        Example({"collection": ["a", "b"]}, {"count": 2, "is_empty": False}),
        Example({"collection": "word"}, {"count": 4, "is_empty": False}),
        Example({"collection": {"k": 1}}, {"count": 1, "is_empty": False}),
        Example({"collection": []}, {"count": 0, "is_empty": True}),
        Example({"collection": None}, {"count": -1, "is_empty": True}),
        Example({"collection": 5}, {"count": -1, "is_empty": False}),
    )

    async def run(self, input: Input) -> dict[str, int | bool]:
        counted = isinstance(input.collection, (list, dict, str))
        count = len(input.collection) if counted else -1
        return {"count": count, "is_empty": count == 0 or input.collection is None}

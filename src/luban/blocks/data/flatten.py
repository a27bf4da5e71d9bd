"""Lists inside lists made into one list."""

from __future__ import annotations

from typing import Any, cast

from luban.blocks.data.long_lists import beside
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class


class Flatten(Block):
    """Takes the items out of lists inside a list, all the way down or some levels of it."""

    id = "data.flatten"
    title = "Flatten list"
    category = "data"
    effect = Effect.NONE
    icon = "layers"
    keywords = ("nested", "unnest", "one level", "list of lists", "depth")

    class Input(BlockInput):
        items: Items = Field(title="Items", description="A list with lists in it.")
        depth: int = Field(
            -1, ge=-1, title="Levels", description="How many levels go; -1 takes all of them."
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The flat list.")
        count: int = Field(title="Count", description="How many items it has.")
        depth: int = Field(title="Depth", description="How many levels the given list has.")

    examples = (
        Example({"items": [1, [2, [3]]]}, {"list": [1, 2, 3], "count": 3, "depth": 3}),
        Example({"items": [[1, [2]]], "depth": 1}, {"list": [1, [2]], "count": 2, "depth": 3}),
        Example(
            {"items": [["甲"], {"a": [1]}]}, {"list": ["甲", {"a": [1]}], "count": 2, "depth": 2}
        ),
        Example({"items": []}, {"list": [], "count": 0, "depth": 1}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        flat, depth = await beside(len(input.items), lambda: _flat(input.items, input.depth))
        return {"list": flat, "count": len(flat), "depth": depth}


def _flat(items: Items, levels: int) -> tuple[Items, int]:
    """Level by level, so that no depth is too deep."""
    depth, flat, level = 1, items, items
    while True:
        if depth - 1 == levels:
            flat = level
        inner = [each for each in level if isinstance(each, list)]
        if not inner:
            return (level if levels < 0 or depth - 1 < levels else flat), depth
        level = [
            part
            for each in level
            for part in (cast("Items", each) if isinstance(each, list) else [each])
        ]
        depth += 1

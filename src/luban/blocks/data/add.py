"""Items added to a list."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class


class Add(Block):
    """Adds an item, or several, to the end of a list or at a position; the list itself stays.

    Link its list back to its own input to gather over a loop.
    """

    id = "data.add"
    title = "Add to list"
    category = "data"
    effect = Effect.NONE
    icon = "list-plus"
    keywords = ("append", "insert", "push", "accumulate", "extend", "array")

    class Input(BlockInput):
        list: Items = Field(
            default_factory=Items, title="List", description="The list to add to; empty starts one."
        )
        item: Any = Field(None, title="Item", description="One item to add; nothing adds none.")
        items: Items = Field(
            default_factory=Items,
            title="More items",
            description="Several items, which come before the single one.",
            advanced=True,
        )
        position: int | None = Field(
            None,
            title="Position",
            description="Before which item, from 0; -1 is before the last; empty adds at the end.",
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The longer list.")
        count: int = Field(title="Count", description="How many items it has.")

    examples = (
        Example({"list": [1], "item": 2}, {"list": [1, 2], "count": 2}),
        Example(
            {"list": [1, 9], "items": [3, 4], "item": 5, "position": 1},
            {"list": [1, 3, 4, 5, 9], "count": 5},
        ),
        Example({"item": {"名": "桥"}}, {"list": [{"名": "桥"}], "count": 1}),
        Example({"list": [1], "item": 0, "position": 99}, {"list": [1, 0], "count": 2}),
        Example({"list": "[1]", "item": 2}, {"list": [1, 2], "count": 2}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        added = [*input.items, *([] if input.item is None else [input.item])]
        whole = list(input.list)
        at = len(whole) if input.position is None else input.position
        whole[at:at] = added
        return {"list": whole, "count": len(whole)}

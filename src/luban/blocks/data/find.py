"""Where an item stands in a list."""

from __future__ import annotations

from typing import Any

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class Find(Block):
    """Finds the first item of a list that is a value, or has it in a part of itself.

    For conditions other than being the same, use Filter.
    """

    id = "data.find"
    title = "Find in list"
    category = "data"
    effect = Effect.NONE
    icon = "search"
    keywords = ("index", "contains", "lookup", "position", "search", "includes")

    class Input(BlockInput):
        items: list[Any] = Field(title="Items", description="The list to look through.")
        value: Any = Field(title="Value", description="What to look for.")
        path: str = Field(
            "",
            title="Path",
            description="Which part of each item is compared, such as `id`; empty takes the item.",
        )

    class Output(BlockOutput):
        found: bool = Field(title="Found", description="Whether there is such an item.")
        index: int = Field(title="Index", description="Its place from 0; silent without one.")
        item: Any = Field(title="Item", description="The item itself; silent without one.")
        missing: Any = Field(
            title="Missing", description="The value looked for, given only when it is not there."
        )

    examples = (
        Example({"items": ["a", "b"], "value": "b"}, {"found": True, "index": 1, "item": "b"}),
        Example({"items": ["a"], "value": "z"}, {"found": False, "missing": "z"}),
        Example(
            {"items": [{"号": 7, "名": "桥"}, {"号": 9, "名": "锁"}], "value": 9, "path": "号"},
            {"found": True, "index": 1, "item": {"号": 9, "名": "锁"}},
        ),
        Example({"items": [1, True], "value": True}, {"found": True, "index": 1, "item": True}),
        Example({"items": [{"a": 1}], "value": 1, "path": "a["}, {"error": {"code": "bad_path"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        place = await beside(len(input.items), lambda: _place(input))
        if place is None:
            return {"found": False, "missing": input.value}
        return {"found": True, "index": place, "item": input.items[place]}


def _place(input: Find.Input) -> int | None:
    wanted, path = identity(input.value), input.path.strip()
    parts = (identity(part_or_none(item, path)) for item in input.items)
    return next((place for place, part in enumerate(parts) if part == wanted), None)

"""A list without repetitions."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class


class Unique(Block):
    """Keeps one of equal items, or of rows that are the same in some columns."""

    id = "data.unique"
    title = "Remove duplicates"
    category = "data"
    effect = Effect.NONE
    icon = "copy-minus"
    keywords = ("dedupe", "distinct", "repeated", "rows", "once")

    class Input(BlockInput):
        items: Items = Field(title="Items", description="The list, or the rows of a table.")
        paths: list[str] = Field(
            default_factory=list,
            title="Same in",
            description="The parts that are compared, such as `id`; empty compares whole items.",
        )
        keep: Literal["first", "last"] = Field(
            "first", title="Keep", description="Which of the equal ones stays."
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The items that stay, in their order.")
        duplicates: Items = Field(title="Duplicates", description="The items left out.")
        count: int = Field(title="Count", description="How many stay.")

    examples = (
        Example(
            {"items": [1, 2, 1.0, "1"]}, {"list": [1, 2, "1"], "duplicates": [1.0], "count": 3}
        ),
        Example(
            {"items": [{"号": 1, "n": 1}, {"号": 1, "n": 2}], "paths": ["号"], "keep": "last"},
            {"list": [{"号": 1, "n": 2}], "duplicates": [{"号": 1, "n": 1}], "count": 1},
        ),
        Example({"items": []}, {"list": [], "duplicates": [], "count": 0}),
        Example({"items": [{}], "paths": ["a["]}, {"error": {"code": "bad_path"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        kept, others = await beside(len(input.items), lambda: _parted(input))
        return {"list": kept, "duplicates": others, "count": len(kept)}


def _parted(input: Unique.Input) -> tuple[Items, Items]:
    paths = [path.strip() for path in input.paths]
    chosen: dict[Hashable, int] = {}
    for place, item in enumerate(input.items):
        key = (
            tuple(identity(part_or_none(item, path)) for path in paths) if paths else identity(item)
        )
        if input.keep == "last" or key not in chosen:
            chosen[key] = place
    stay = set(chosen.values())
    kept = [item for place, item in enumerate(input.items) if place in stay]
    return kept, [item for place, item in enumerate(input.items) if place not in stay]

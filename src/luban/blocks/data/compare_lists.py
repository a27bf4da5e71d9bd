"""What two lists have in common, and what only one of them has."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Literal

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class


class CompareLists(Block):
    """Compares two lists: what only the first has, what both have, or what one of them has.

    Items are the same when they hold the same, or when the part at the path is the same. The order
    is that of the lists.
    """

    id = "data.compare_lists"
    title = "Compare lists"
    category = "data"
    effect = Effect.NONE
    icon = "blend"
    keywords = ("difference", "intersection", "union", "new items", "missing", "common", "diff")

    class Input(BlockInput):
        first: Items = Field(title="First", description="The list that is looked at.")
        second: Items = Field(title="Second", description="The list it is compared with.")
        keep: Literal["only_first", "both", "only_one", "either"] = Field(
            "only_first",
            title="Keep",
            description="`only_first`: items the second lacks; `both`: items both have, once each; "
            "`only_one`: items one of them lacks; `either`: all items, once each.",
        )
        path: str = Field(
            "",
            title="Path",
            description="Which part of each item is compared, such as `id`; empty takes the item.",
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The items kept.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example({"first": [1, 2, 3], "second": [2, 4]}, {"list": [1, 3], "count": 2}),
        Example(
            {"first": [1, 2, 3], "second": [2, 4], "keep": "only_one"},
            {"list": [1, 3, 4], "count": 3},
        ),
        Example({"first": [3, 1, 3], "second": [3, 2], "keep": "both"}, {"list": [3], "count": 1}),
        Example({"first": [1, 1], "second": [2], "keep": "either"}, {"list": [1, 2], "count": 2}),
        Example(
            {"first": [{"号": 1, "n": 5}, {"号": 2}], "second": [{"号": 1}], "path": "号"},
            {"list": [{"号": 2}], "count": 1},
        ),
        Example({"first": [1], "second": [], "path": "]"}, {"error": {"code": "bad_path"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        kept = await beside(len(input.first) + len(input.second), lambda: _kept(input))
        return {"list": kept, "count": len(kept)}


def _kept(input: CompareLists.Input) -> Items:
    first = _keyed(input.first, input.path.strip())
    second = _keyed(input.second, input.path.strip())
    in_first, in_second = {key for key, _ in first}, {key for key, _ in second}
    match input.keep:
        case "only_first":
            return [item for key, item in first if key not in in_second]
        case "only_one":
            ours = [item for key, item in first if key not in in_second]
            return ours + [item for key, item in second if key not in in_first]
        case "both":
            return _once([(key, item) for key, item in first if key in in_second])
        case "either":
            return _once(first + second)


def _keyed(items: Items, path: str) -> list[tuple[Hashable, Any]]:
    return [(identity(part_or_none(item, path)), item) for item in items]


def _once(keyed: list[tuple[Hashable, Any]]) -> Items:
    firsts: dict[Hashable, Any] = {}
    for key, item in keyed:
        firsts.setdefault(key, item)
    return list(firsts.values())

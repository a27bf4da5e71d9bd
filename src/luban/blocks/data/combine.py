"""Several lists made into one."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import Any, Literal, cast

from luban.blocks.data.long_lists import beside
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import show

Items = list[Any]  # a pin is called `list`, which hides the built-in in its class
_GAP = object()


class Combine(Block):
    """Makes one list of several: one after another, taking turns, or side by side as rows."""

    id = "data.combine"
    title = "Combine lists"
    category = "data"
    effect = Effect.NONE
    icon = "merge"
    keywords = ("concatenate", "interleave", "zip", "merge", "append", "join lists", "union")

    class Input(BlockInput):
        lists: list[Any] = Field(
            title="Lists", description="The lists; link to `lists[0]`, `lists[1]` … to set one."
        )
        how: Literal["after", "turns", "rows"] = Field(
            "after",
            title="How",
            description="`after` puts one after another, `turns` takes an item of each in turn, "
            "`rows` makes a row of all first items, of all second ones …",
        )
        fill: bool = Field(
            False,
            title="Fill rows",
            description="As many rows as the longest list has; otherwise as the shortest.",
            advanced=True,
        )
        filler: Any = Field(
            None, title="Filler", description="Stands where a list has no more.", advanced=True
        )
        skip_empty: bool = Field(
            False, title="Leave out nothing", description="Leave out null items.", advanced=True
        )
        unique: bool = Field(
            False, title="Once only", description="Keep the first of equal items.", advanced=True
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="All of them as one list.")
        count: int = Field(title="Count", description="How many items it has.")

    examples = (
        Example({"lists": [[1], [2, 3], None]}, {"list": [1, 2, 3], "count": 3}),
        Example({"lists": [[1, 2], ["甲"]], "how": "turns"}, {"list": [1, "甲", 2], "count": 3}),
        Example({"lists": [[1, 2], ["a"]], "how": "rows"}, {"list": [[1, "a"]], "count": 1}),
        Example(
            {"lists": [[1, 2], ["a"]], "how": "rows", "fill": True, "filler": "-"},
            {"list": [[1, "a"], [2, "-"]], "count": 2},
        ),
        Example(
            {"lists": [[1, None, 1], [1.0, 2]], "unique": True, "skip_empty": True},
            {"list": [1, 2], "count": 2},
        ),
        Example({"lists": [[1], 2]}, {"error": {"code": "not_a_list"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        lists = [_checked(place, each) for place, each in enumerate(input.lists)]
        combined = await beside(sum(map(len, lists)), lambda: _combined(lists, input))
        return {"list": combined, "count": len(combined)}


def _checked(place: int, given: Any) -> Items:
    if given is None:
        return []
    if isinstance(given, list):
        return cast("Items", given)
    raise BlockError(
        f"List {place} is {show(given)}, which is no list. Put it in brackets: [1, 2].",
        zh=f"第 {place} 个列表（从 0 数起）是 {show(given)}，不是列表。请写成 [1, 2] 的样子。",
        code="not_a_list",
    )


def _combined(lists: list[Items], input: Combine.Input) -> Items:
    items: Items
    if input.how == "rows":
        rows = zip_longest(*lists, fillvalue=input.filler) if input.fill else zip(*lists)  # noqa: B905
        items = [list(row) for row in rows]
    elif input.how == "turns":
        turns = chain.from_iterable(zip_longest(*lists, fillvalue=_GAP))
        items = [item for item in turns if item is not _GAP]
    else:
        items = list(chain.from_iterable(lists))
    if input.skip_empty:
        items = [item for item in items if item is not None]
    if input.unique:
        firsts: dict[Any, Any] = {}
        for item in items:
            firsts.setdefault(identity(item), item)
        items = list(firsts.values())
    return items

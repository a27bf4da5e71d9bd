"""A list in order."""

from __future__ import annotations

from typing import Any, Literal, cast

from luban.blocks.data.long_lists import beside
from luban.blocks.data.parts import part_or_none
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.compare import as_operand
from luban.sdk.values import PinKind, canonical, kind_of

Items = list[Any]  # the output is called `list`, which hides the built-in in its class
_RANKS = {
    PinKind.NUMBER: 0,
    PinKind.TEXT: 1,
    PinKind.BOOLEAN: 2,
    PinKind.LIST: 3,
    PinKind.OBJECT: 4,
    PinKind.FILE: 5,
}


class Sort(Block):
    """Puts a list in order, by the items or by a part of them; equals stay as they stood.

    Numbers come first (text written as a number is one), then texts, booleans, lists and objects.
    Usual Chinese characters go by pinyin. Items without the part come last in either direction.
    """

    id = "data.sort"
    title = "Sort"
    category = "data"
    effect = Effect.NONE
    icon = "list-ordered"
    keywords = ("order", "arrange", "rank", "descending", "reverse", "top", "largest")

    class Input(BlockInput):
        items: list[Any] = Field(title="Items", description="The list to put in order.")
        path: str = Field(
            "",
            title="Path",
            description="By which part of each item, such as `price`; empty takes the item.",
        )
        direction: Literal["ascending", "descending", "reversed"] = Field(
            "ascending",
            title="Direction",
            description="The smallest first, or the largest; `reversed` turns the list as it is.",
        )
        limit: int = Field(
            0, ge=0, title="Most items", description="Only the first so many; 0 gives all."
        )
        match_case: bool = Field(
            False, title="Match case", description="Put A to Z before a to z.", advanced=True
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="The items in order.")

    examples = (
        Example({"items": [10, "9", 2.5]}, {"list": [2.5, "9", 10]}),
        Example(
            {
                "items": [{"p": 2, "n": "a"}, {"n": "b"}, {"p": 7, "n": "c"}, {"p": 2, "n": "d"}],
                "path": "p",
                "direction": "descending",
            },
            {
                "list": [
                    {"p": 7, "n": "c"},
                    {"p": 2, "n": "a"},
                    {"p": 2, "n": "d"},
                    {"n": "b"},
                ]
            },
        ),
        Example({"items": ["上海", "北京", "广州"]}, {"list": ["北京", "广州", "上海"]}),
        Example({"items": ["b", "B", "a"], "limit": 2}, {"list": ["a", "b"]}),
        Example({"items": [2, 1, 3], "direction": "reversed"}, {"list": [3, 1, 2]}),
        Example({"items": [True, "x", None, 1, []]}, {"list": [1, "x", True, [], None]}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        ordered = await beside(len(input.items), lambda: _ordered(input))
        return {"list": ordered[: input.limit] if input.limit else ordered}


def _ordered(input: Sort.Input) -> Items:
    if input.direction == "reversed":
        return input.items[::-1]
    path = input.path.strip()
    keyed = [(part_or_none(item, path), item) for item in input.items]
    there = sorted(
        ((_key(part, input.match_case), item) for part, item in keyed if _is_there(part)),
        key=lambda pair: pair[0],
        reverse=input.direction == "descending",
    )
    without = [item for part, item in keyed if not _is_there(part)]
    return [item for _, item in there] + without


def _is_there(part: Any) -> bool:
    """Blank text counts as nothing: it is what an empty cell of a table gives."""
    return part is not None and not (isinstance(part, str) and not part.strip())


def _key(part: Any, match_case: bool) -> tuple[int, Any]:
    value = as_operand(part)
    kind = kind_of(value)
    rank = _RANKS[kind]
    match kind:
        case PinKind.NUMBER | PinKind.BOOLEAN:
            return rank, value
        case PinKind.TEXT:
            return rank, _place(value, match_case)
        case PinKind.LIST:
            return rank, [_inner(each, match_case) for each in cast("Items", value)]
        case _:
            return rank, canonical(value)


def _inner(part: Any, match_case: bool) -> tuple[int, Any]:
    return _key(part, match_case) if _is_there(part) else (-1, 0)


def _place(text: str, match_case: bool) -> bytes:
    """GB18030 holds the 3,755 usual characters in the order of their pinyin."""
    return (text if match_case else text.casefold()).encode("gb18030", errors="replace")

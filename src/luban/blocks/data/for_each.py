"""One value after another out of a list or an object."""

from __future__ import annotations

from typing import Any, cast

import orjson

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)
from luban.sdk.values import show


class ForEach(Block):
    """Sends the items of a list or an object one by one; what follows runs once per item."""

    id = "data.for_each"
    title = "For each"
    category = "data"
    effect = Effect.NONE
    icon = "repeat"
    keywords = ("loop", "iterate", "items", "step through")

    class Input(BlockInput):
        items: Any = Field(
            title="Items", description="A list, an object, or either of them as JSON text."
        )

    class Output(BlockOutput):
        item: Any = Emit(
            "One item of the list, or one value of the object.", title="Item", main=True
        )
        index: Any = Emit("Its place in the list from 0, or its key in the object.", title="Index")

    examples = (
        Example({"items": ["p", "q"]}, {"item": ["p", "q"], "index": [0, 1]}),
        Example({"items": {"k": "v"}}, {"item": ["v"], "index": ["k"]}),
        Example({"items": "[7]"}, {"item": [7], "index": [0]}),
        Example({"items": []}, {}),
        Example({"items": "a, b"}, {"error": {"code": "not_a_list"}}),
    )

    async def run(self, input: Input) -> Emissions:
        items = _items(input.items)
        sent = Emissions()
        for index, item in items.items() if isinstance(items, dict) else enumerate(items):
            sent += [("item", item), ("index", index)]
        return sent


def _items(given: Any) -> list[Any] | dict[str, Any]:
    items = given
    if isinstance(given, str):
        try:
            items = orjson.loads(given) if given.strip() else []
        except orjson.JSONDecodeError as error:
            raise _nothing_to_step_through(given) from error
    if items is None:
        return []
    if isinstance(items, (list, dict)):
        return cast("list[Any] | dict[str, Any]", items)
    raise _nothing_to_step_through(given)


def _nothing_to_step_through(given: Any) -> BlockError:
    return BlockError(
        f"Items is {show(given)}, which is neither a list nor an object. "
        "Give a list such as [1, 2], or cut text into one with Split text.",
        zh=f"“项目”的值是 {show(given)}，既不是列表也不是对象。"
        "请给出列表，例如 [1, 2]，或先用“切分文本”把文本切成列表。",
        code="not_a_list",
    )

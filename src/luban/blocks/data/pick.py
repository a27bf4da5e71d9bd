"""A part of a value, by its path."""

from __future__ import annotations

from typing import Any, cast

import orjson

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import Path, PathMissing, parse_path, pick, show


class Pick(Block):
    """Takes one part out of an object or a list, such as `user.name` or `items[0].title`.

    A name on a list takes that field of every item that has it. Without a result the whole value
    leaves on Missing.
    """

    id = "data.pick"
    title = "Pick"
    category = "data"
    effect = Effect.NONE
    icon = "text-select"
    keywords = ("path", "field", "key", "get", "dictionary", "lookup", "item", "pluck")

    class Input(BlockInput):
        value: Any = Field(
            title="Value", description="An object, a list, or either of them as JSON text."
        )
        path: str = Field(
            title="Path",
            description="Names and numbers: `user.name`, `items[0]`; `[-1]` is the last item. "
            "A name that holds a dot is found too.",
        )
        otherwise: Any = Field(
            None,
            title="Otherwise",
            description="Given as the part when there is none; empty sends the value on Missing.",
        )
        must_exist: bool = Field(
            False,
            title="Must exist",
            description="Fail when there is no such part, instead of sending the value on Missing.",
            advanced=True,
        )

    class Output(BlockOutput):
        part: Any = Field(title="Part", description="What stands at the path.")
        missing: Any = Field(
            title="Missing", description="The whole value, given only when there is no such part."
        )

    examples = (
        Example({"value": {"a": 1}, "path": "a"}, {"part": 1}),
        Example({"value": {"a": 1}, "path": "z"}, {"missing": {"a": 1}}),
        Example({"value": ["p", "q"], "path": "1"}, {"part": "q"}),
        Example({"value": ["p"], "path": "[5]"}, {"missing": ["p"]}),
        Example({"value": [{"k": 1}, {"j": 2}, {"k": 3}], "path": "k"}, {"part": [1, 3]}),
        Example({"value": '{"a": 9}', "path": "a"}, {"part": 9}),
        Example({"value": {"items": [{"标题": "一"}]}, "path": "items[0].标题"}, {"part": "一"}),
        Example({"value": {"a": None}, "path": "a"}, {"part": None}),
        Example({"value": {}, "path": "a.b", "otherwise": 0}, {"part": 0}),
        Example({"value": {}, "path": "a["}, {"error": {"code": "bad_path"}}),
        Example({"value": [], "path": 0, "must_exist": True}, {"error": {"code": "not_found"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        value = _read(input.value)
        text = input.path.strip()
        if isinstance(value, dict) and text in value:
            return {"part": cast("dict[str, Any]", value)[text]}
        try:
            return {"part": _part(value, parse_path(text))}
        except PathMissing as error:
            if input.otherwise is not None:
                return {"part": input.otherwise}
            if input.must_exist:
                raise _no_part(input) from error
            return {"missing": input.value}


def _no_part(input: Pick.Input) -> BlockError:
    return BlockError(
        f"There is nothing at `{input.path}` in {show(input.value)}. Correct the path, fill "
        "Otherwise, or switch off Must exist.",
        zh=f"{show(input.value)} 里没有“{input.path}”。请改正路径、填写“否则”，或关闭“必须存在”。",
        code="not_found",
    )


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _part(value: Any, path: Path) -> Any:
    """As a path on a link picks, and besides: a number as name of a list, a name of each item."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(step, str):
        if step.lstrip("-").isdecimal() and len(step) < 10:
            return _part(value, (int(step), *rest))
        return _of_each(cast("list[Any]", value), path)
    return _part(pick(value, (step,)), rest)


def _of_each(items: list[Any], path: Path) -> list[Any]:
    """The part of every item that has it; if items are there and none has it, it is missing."""
    parts: list[Any] = []
    for item in items:
        try:
            parts.append(_part(item, path))
        except PathMissing:
            continue
    if items and not parts:
        return pick(items, path)
    return parts

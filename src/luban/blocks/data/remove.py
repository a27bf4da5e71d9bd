"""A part taken out of an object or a list."""

from __future__ import annotations

from typing import Any, cast

from luban.blocks.data.parts import place_in
from luban.blocks.data.sameness import identity
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Emissions, Example, Field
from luban.sdk.values import Path, PathMissing, build, pick, show

_MISSING = object()


class Remove(Block):
    """Takes a field out of an object, or an item out of a list: by its path, or by its value.

    The given value stays as it is; a changed copy comes out, and what was taken out beside it.
    """

    id = "data.remove"
    title = "Remove part"
    category = "data"
    effect = Effect.NONE
    icon = "list-minus"
    keywords = ("delete", "drop", "dictionary", "key", "list item", "without", "pop")

    class Input(BlockInput):
        collection: Any = Field(title="From", description="An object or a list.")
        path: str | None = Field(
            None,
            title="Path",
            description="What to take out: `name`, `user.name`, `[0]`; `[-1]` is the last item.",
        )
        value: Any = Field(
            None,
            title="Value",
            description="Without a path: the item to take out of a list, wherever it stands first.",
        )
        every: bool = Field(
            False,
            title="Every one",
            description="Take out all items that are the value, not only the first.",
            advanced=True,
        )
        must_exist: bool = Field(
            True, title="Must exist", description="Fail when there is no such part.", advanced=True
        )

    class Output(BlockOutput):
        result: Any = Field(title="Result", description="The object or list without it.")
        removed: Any = Field(
            title="Removed", description="What was taken out; silent if there was nothing."
        )

    examples = (
        Example({"collection": {"a": 1, "b": 2}, "path": "a"}, {"result": {"b": 2}, "removed": 1}),
        Example({"collection": [4, 5, 6], "path": 0}, {"result": [5, 6], "removed": 4}),
        Example(
            {"collection": {"u": [{"名": "桥", "n": 1}]}, "path": "u[0].n"},
            {"result": {"u": [{"名": "桥"}]}, "removed": 1},
        ),
        Example({"collection": ["a", "b"], "value": "a"}, {"result": ["b"], "removed": "a"}),
        Example(
            {"collection": [1, 2, 1], "value": 1, "every": True}, {"result": [2], "removed": 1}
        ),
        Example({"collection": {"a": 1}, "path": "q"}, {"error": {"code": "not_found"}}),
        Example({"collection": {"a": 1}, "path": "q", "must_exist": False}, {"result": {"a": 1}}),
        Example({"collection": [1]}, {"error": {"code": "missing_input"}}),
    )

    async def run(self, input: Input) -> Emissions:
        if input.path:
            result, removed = _without_part(input.collection, input.path)
        else:
            result, removed = _without_value(input)
        if removed is _MISSING:
            if input.must_exist:
                raise _nothing(input)
            return Emissions([("result", input.collection)])
        return Emissions([("result", result), ("removed", removed)])


def _without_part(whole: Any, path: str) -> tuple[Any, Any]:
    steps = place_in(whole, path)
    try:
        removed = pick(whole, steps)
        inner = pick(whole, steps[:-1])
    except PathMissing:
        return whole, _MISSING
    return _rebuilt(whole, steps, inner), removed


def _rebuilt(whole: Any, steps: Path, inner: Any) -> Any:
    """The whole, with the last step's list or object made anew without the part."""
    last = steps[-1]
    shorter: Any
    if isinstance(inner, list):
        shorter = list(cast("list[Any]", inner))
        del shorter[cast("int", last)]
    else:
        shorter = {k: v for k, v in cast("dict[Any, Any]", inner).items() if k != last}
    return build(whole, steps[:-1], shorter)


def _without_value(input: Remove.Input) -> tuple[Any, Any]:
    if not isinstance(input.collection, list) or input.value is None:
        raise BlockError(
            "It is not said what to take out. Give a path, or a value together with a list.",
            zh="没有说明要取出什么。请填写路径；若来源是列表，也可以填写值。",
            code="missing_input",
        )
    items = cast("list[Any]", input.collection)
    wanted = identity(input.value)
    places = [at for at, item in enumerate(items) if identity(item) == wanted]
    if not places:
        return items, _MISSING
    gone = set(places if input.every else places[:1])
    return [item for at, item in enumerate(items) if at not in gone], items[places[0]]


def _nothing(input: Remove.Input) -> BlockError:
    what = f"`{input.path}`" if input.path else show(input.value)
    return BlockError(
        f"There is no {what} in {show(input.collection)}. Correct it, or switch off Must exist.",
        zh=f"{show(input.collection)} 里没有 {what}。请改正，或关闭“必须存在”。",
        code="not_found",
    )

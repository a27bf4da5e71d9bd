"""A value put into an object or a list."""

from __future__ import annotations

from typing import Any

from luban.blocks.data.parts import place_in
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import PathMissing, build, pick, show


class Set(Block):
    """Puts a value into an object or a list, at a path such as `user.name` or `items[0]`.

    What is missing on the way is made, unless the place must exist. The given value stays as it
    is; a changed copy comes out.
    """

    id = "data.set"
    title = "Set part"
    category = "data"
    effect = Effect.NONE
    icon = "pencil"
    keywords = ("replace", "update", "change", "dictionary", "field", "key", "add", "assign")

    class Input(BlockInput):
        into: Any = Field(
            default_factory=dict,
            title="Into",
            description="An object or a list; empty starts an object.",
        )
        path: str = Field(
            "",
            title="Path",
            description="Where: a name, a number in a list, or both: `user.name`, `items[0]`.",
        )
        value: Any = Field(None, title="Value", description="What is put there.")
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="More values",
            description="Several fields by their names, for an object.",
            advanced=True,
        )
        must_exist: bool = Field(
            False, title="Must exist", description="Fail when there is nothing at the path yet."
        )

    class Output(BlockOutput):
        result: Any = Field(title="Result", description="The object or list with the value.")
        old: Any = Field(
            title="Old value", description="What stood at the path; silent if nothing did."
        )

    examples = (
        Example({"into": {"a": 1}, "path": "b", "value": 2}, {"result": {"a": 1, "b": 2}}),
        Example({"into": {"a": 1}, "values": {"c": 3}}, {"result": {"a": 1, "c": 3}}),
        Example({"path": "用户.名", "value": "鲁班"}, {"result": {"用户": {"名": "鲁班"}}}),
        Example({"into": [4, 5], "path": "1", "value": 0}, {"result": [4, 0], "old": 5}),
        Example({"into": [[1]], "path": "[0][-1]", "value": 2}, {"result": [[2]], "old": 1}),
        Example(
            {"into": {"a": 1}, "path": "z", "value": 2, "must_exist": True},
            {"error": {"code": "not_found"}},
        ),
        Example({"into": 7, "path": "a", "value": 1}, {"error": {"code": "not_a_collection"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        whole = _collection(input.into, input.values)
        if input.values:
            whole = {**whole, **input.values}
        if not input.path.strip():
            return {"result": whole}
        steps = place_in(whole, input.path)
        sent: dict[str, Any] = {}
        try:
            sent["old"] = pick(whole, steps)
        except PathMissing as error:
            if input.must_exist:
                raise _missing(input) from error
        return {"result": build(whole, steps, input.value), **sent}


def _collection(given: Any, values: dict[str, Any]) -> Any:
    if isinstance(given, dict) or (isinstance(given, list) and not values):
        return given
    if given is None:
        return {}
    raise BlockError(
        f"Into is {show(given)}; a value can be set in an object, or in a list by its number. "
        "Give one of them, and More values only with an object.",
        zh=f"“放入”的值是 {show(given)}；只能在对象里按名称、或在列表里按序号设置值。"
        "请给出其中之一；“更多值”只能用于对象。",
        code="not_a_collection",
    )


def _missing(input: Set.Input) -> BlockError:
    return BlockError(
        f"There is nothing at `{input.path}` in {show(input.into)}. Correct the path, or switch "
        "off Must exist to make the place.",
        zh=f"{show(input.into)} 里没有“{input.path}”。请改正路径，或关闭“必须存在”来新建。",
        code="not_found",
    )

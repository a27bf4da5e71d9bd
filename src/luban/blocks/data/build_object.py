"""An object put together from values."""

from __future__ import annotations

from typing import Any, cast

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class BuildObject(Block):
    """Puts values together into one object, once all of them are there."""

    id = "data.build_object"
    title = "Build object"
    category = "data"
    effect = Effect.NONE
    icon = "braces"
    keywords = ("dictionary", "record", "create", "combine", "fields", "merge", "join")

    class Input(BlockInput):
        values: dict[str, Any] = Field(
            default_factory=dict,
            title="Values",
            description="The fields by name; link to `values.name` to set one.",
        )
        start: dict[str, Any] = Field(
            default_factory=dict,
            title="Start from",
            description="An object whose fields are taken over first.",
        )
        deep: bool = Field(
            False,
            title="Merge inside",
            description="Merge objects inside the two too, instead of taking the later one.",
            advanced=True,
        )
        skip_empty: bool = Field(
            False,
            title="Leave out nothing",
            description="Leave out fields whose value is null.",
            advanced=True,
        )

    class Output(BlockOutput):
        object: dict[str, Any] = Field(title="Object", description="All fields together.")

    examples = (
        Example({"values": {"k": 1}}, {"object": {"k": 1}}),
        Example({"start": {"a": 1, "b": 2}, "values": {"b": 3}}, {"object": {"a": 1, "b": 3}}),
        Example(
            {"values": {"姓名": "鲁班", "x": None}, "skip_empty": True},
            {"object": {"姓名": "鲁班"}},
        ),
        Example(
            {"start": {"a": {"x": 1, "y": 1}}, "values": {"a": {"y": 2}}, "deep": True},
            {"object": {"a": {"x": 1, "y": 2}}},
        ),
        Example({}, {"object": {}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        fields = (_merged if input.deep else _joined)(input.start, input.values)
        if input.skip_empty:
            fields = {name: value for name, value in fields.items() if value is not None}
        return {"object": fields}


def _joined(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {**first, **second}


def _merged(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    fields = dict(first)
    for name, value in second.items():
        before = fields.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            fields[name] = _merged(cast("dict[str, Any]", before), cast("dict[str, Any]", value))
        else:
            fields[name] = value
    return fields

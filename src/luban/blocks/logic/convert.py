"""A value made into another type."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field
from luban.sdk.values import KIND_ZH, CoercionFailed, PinKind, PinType, coerce, kind_of, show

Type = Literal["text", "number", "boolean", "list", "object", "date"]
_SAME = {"string": "text", "str": "text", "integer": "number", "float": "number"}
_SAME |= {"bool": "boolean", "array": "list", "dictionary": "object", "dict": "object"}


class Convert(Block):
    """Makes a value text, a number, a boolean, a list, an object or a date.

    It converts as links do: 3 becomes "3", "3.5" becomes 3.5, "yes" and "是" become true, a single
    value becomes a list of one, JSON text becomes what it holds.
    """

    id = "logic.convert"
    title = "Convert type"
    category = "logic"
    effect = Effect.NONE
    icon = "arrow-left-right"
    keywords = ("convert", "cast", "number", "text", "boolean", "list", "object", "date", "to")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What to convert.")
        type: Annotated[Type, BeforeValidator(lambda given: _SAME.get(given, given))] = Field(
            title="Type", description="What it becomes."
        )
        otherwise: Any = Field(
            None,
            title="Otherwise",
            description="Given if the value is nothing or cannot be converted; empty fails then.",
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The value in its new type.")

    examples = (
        Example({"value": "3.5", "type": "number"}, {"value": 3.5}),
        Example({"value": "是", "type": "boolean"}, {"value": True}),
        Example({"value": "1", "type": "boolean"}, {"value": True}),
        Example({"value": "[1,2]", "type": "list"}, {"value": [1, 2]}),
        Example({"value": "a", "type": "list"}, {"value": ["a"]}),
        Example({"value": {"a": 1}, "type": "string"}, {"value": '{"a":1}'}),
        Example({"value": '{"a": 1}', "type": "object"}, {"value": {"a": 1}}),
        Example({"value": "2024-02-29", "type": "date"}, {"value": "2024-02-29"}),
        Example({"value": "n/a", "type": "number", "otherwise": 0}, {"value": 0}),
        Example({"value": "n/a", "type": "number"}, {"error": {"code": "type_mismatch"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        try:
            converted = coerce(input.value, PinType(PinKind(input.type)))
        except CoercionFailed as error:
            if input.otherwise is None:
                raise _cannot(input) from error
            return {"value": input.otherwise}
        if converted is None and input.otherwise is None:
            raise _cannot(input)
        return {"value": input.otherwise if converted is None else converted}


def _cannot(input: Convert.Input) -> BlockError:
    kind, wanted = kind_of(input.value), PinKind(input.type)
    return BlockError(
        f"{show(input.value)} ({kind.value}) cannot become a value of type {input.type}. "
        "Give another value, or fill Otherwise with what to use instead.",
        zh=f"{show(input.value)}（{KIND_ZH[kind]}）无法转换为{KIND_ZH[wanted]}。"
        "请换一个值，或在“否则”里填写替代值。",
        code="type_mismatch",
    )

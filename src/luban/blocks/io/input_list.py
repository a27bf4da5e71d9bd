"""A list a run is given."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field
from luban.sdk.values import PinKind, PinType, coerce


class InputList(InputBlock):
    """A list that is given when a run is started, such as addresses or names."""

    id = "io.input_list"
    title = "List input"
    icon = "list"
    keywords = ("input", "array", "several", "items", "lines")

    class Input(RunInput):
        value: list[Any] | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )
        items: Literal["any", "text", "number", "boolean", "date"] = Field(
            "any", title="Of", description="What each item must be, or be turned into."
        )

    class Output(RunInputOutput):
        value: list[Any] = Field(title="Value", description="The list.")

    examples = (
        Example({"name": "l", "value": ["a", 2]}, {"value": ["a", 2]}),
        Example({"name": "l", "value": ["1", 2.5], "items": "number"}, {"value": [1, 2.5]}),
        Example({"name": "l", "value": '["x"]'}, {"value": ["x"]}),
        Example({"name": "l"}, {}),
        Example(
            {"name": "l", "value": ["x"], "items": "number"},
            {"error": {"code": "type_mismatch"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        kind = PinType(PinKind(input.items))
        return {"value": [coerce(item, kind) for item in input.value]}

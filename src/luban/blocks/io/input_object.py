"""An object a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import BlockError, Example, Field


class InputObject(InputBlock):
    """Several values under names, or any JSON, given when a run is started."""

    id = "io.input_object"
    title = "Object input"
    icon = "braces"
    keywords = ("input", "json", "dictionary", "structured", "payload", "fields")

    class Input(RunInput):
        value: dict[str, Any] | None = Field(
            None,
            title="Default",
            description="Used when a run gives nothing for this name.",
            widget="json",
        )
        required_keys: list[str] = Field(
            default_factory=list,
            title="Needed keys",
            description="Names that must be there; a value without one of them is refused.",
        )

    class Output(RunInputOutput):
        value: dict[str, Any] = Field(title="Value", description="The object.")

    examples = (
        Example({"name": "o", "value": {"a": 1}}, {"value": {"a": 1}}),
        Example({"name": "o", "value": '{"a": 1}'}, {"value": {"a": 1}}),
        Example({"name": "o"}, {}),
        Example(
            {"name": "o", "value": {"a": 1}, "required_keys": ["a", "b"]},
            {"error": {"code": "invalid_value"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        missing = ", ".join(key for key in input.required_keys if key not in input.value)
        if missing:
            raise BlockError(
                f"The input `{input.name}` lacks {missing}.",
                zh=f"输入“{input.name}”缺少 {missing}。",
                code="invalid_value",
            )
        return {"value": input.value}

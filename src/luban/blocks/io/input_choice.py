"""One of several texts a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import BlockError, Example, Field
from luban.sdk.values import show


class InputChoice(InputBlock):
    """One of the options you list, chosen when a run is started."""

    id = "io.input_choice"
    title = "Choice input"
    icon = "list-checks"
    keywords = ("input", "dropdown", "select", "options", "enum")

    class Input(RunInput):
        value: str | None = Field(
            None, title="Default", description="The option used when a run chooses none."
        )
        options: list[str] = Field(
            default_factory=list, title="Options", description="What can be chosen."
        )

    class Output(RunInputOutput):
        value: str = Field(title="Value", description="The chosen option.")

    examples = (
        Example({"name": "c", "value": "red", "options": ["red", "blue"]}, {"value": "red"}),
        Example(
            {"name": "c", "value": "green", "options": ["red", "blue"]},
            {"error": {"code": "invalid_value"}},
        ),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        if input.options and input.value not in input.options:
            known = ", ".join(input.options)
            raise BlockError(
                f"The input `{input.name}` is {show(input.value)}; choose one of {show(known)}.",
                zh=f"输入“{input.name}”的值是 {show(input.value)}，请选择其中之一：{show(known)}。",
                code="invalid_value",
            )
        return {"value": input.value}

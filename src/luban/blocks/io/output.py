"""A result of a run."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field, Role
from luban.sdk.template import render


class Output(Block):
    """Gives a value out of the run, under a name. Several values become a list."""

    id = "io.output"
    title = "Output"
    category = "output"
    role = Role.OUTPUT
    effect = Effect.NONE
    icon = "log-out"
    keywords = ("result", "return", "display", "show")

    class Input(BlockInput):
        name: str = Field(title="Name", description="The output's name in the run's results.")
        value: Any = Field(title="Value", description="What to give out.")
        title: str = Field(
            "", title="Label", description="Shown instead of the name.", advanced=True
        )
        description: str = Field(
            "", title="Help", description="What the result means.", advanced=True
        )
        format: str = Field(
            "",
            title="Format",
            description="A template that turns the value into text; the value goes by the name.",
            widget="template",
            advanced=True,
        )
        escape_html: bool = Field(
            False,
            title="Escape HTML",
            description="Write < and & of the value as &lt; and &amp; when formatting.",
            advanced=True,
        )

    class Output(BlockOutput):
        output: Any = Field(title="Output", description="The value, formatted if asked.")

    examples = (
        Example({"name": "out", "value": 5}, {"output": 5}),
        Example({"name": "out", "value": "abc", "format": "<{{ out }}>"}, {"output": "<abc>"}),
        Example({"name": "结果", "value": 3, "format": "共 {{ 结果 }} 项"}, {"output": "共 3 项"}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if not input.format:
            return {"output": input.value}
        values = {input.name: input.value, "value": input.value}
        return {"output": render(input.format, values, escape_html=input.escape_html)}

"""A line of text a run is given."""

from __future__ import annotations

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field


class InputText(InputBlock):
    """A short text that is given when a run is started."""

    id = "io.input_text"
    title = "Text input"
    icon = "text-cursor-input"
    keywords = ("input", "string", "question", "parameter")

    class Input(RunInput):
        value: str | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )

    class Output(RunInputOutput):
        value: str = Field(title="Value", description="The text.")

    examples = (
        Example({"name": "a", "value": "hi"}, {"value": "hi"}),
        Example({"name": "a", "value": ""}, {"value": ""}),
        Example({"name": "a"}, {}),
    )

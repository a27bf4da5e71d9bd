"""Text of several lines a run is given."""

from __future__ import annotations

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field


class InputLongText(InputBlock):
    """Text of any length that is given when a run is started."""

    id = "io.input_long_text"
    title = "Long text input"
    icon = "align-left"
    keywords = ("input", "paragraph", "article", "multiline")

    class Input(RunInput):
        value: str | None = Field(
            None,
            title="Default",
            description="Used when a run gives nothing for this name.",
            widget="textarea",
        )

    class Output(RunInputOutput):
        value: str = Field(title="Value", description="The text.")

    examples = (Example({"name": "a", "value": "two\nlines"}, {"value": "two\nlines"}),)

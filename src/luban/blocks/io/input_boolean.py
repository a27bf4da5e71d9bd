"""A yes or no a run is given."""

from __future__ import annotations

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field


class InputBoolean(InputBlock):
    """A switch that is set when a run is started."""

    id = "io.input_boolean"
    title = "Switch input"
    icon = "toggle-left"
    keywords = ("input", "toggle", "yes", "no", "checkbox", "true", "false")

    class Input(RunInput):
        value: bool | None = Field(
            False, title="Default", description="Used when a run gives nothing for this name."
        )

    class Output(RunInputOutput):
        value: bool = Field(title="Value", description="Whether it is on.")

    examples = (
        Example({"name": "t", "value": True}, {"value": True}),
        Example({"name": "t"}, {"value": False}),
    )

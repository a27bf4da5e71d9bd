"""A day a run is given."""

from __future__ import annotations

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Date, Example, Field


class InputDate(InputBlock):
    """A date that is given when a run is started."""

    id = "io.input_date"
    title = "Date input"
    icon = "calendar"
    keywords = ("input", "day", "calendar", "deadline")

    class Input(RunInput):
        value: Date | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )

    class Output(RunInputOutput):
        value: Date = Field(title="Value", description="The date, such as 2026-01-31.")

    examples = (Example({"name": "d", "value": "2024-02-29"}, {"value": "2024-02-29"}),)

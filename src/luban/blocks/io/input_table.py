"""Rows a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field


class InputTable(InputBlock):
    """A table that is given when a run is started, as a list with one object per row."""

    id = "io.input_table"
    title = "Table input"
    icon = "table"
    keywords = ("input", "rows", "spreadsheet", "grid")

    class Input(RunInput):
        value: list[dict[str, Any]] | None = Field(
            None,
            title="Default",
            description="Used when a run gives nothing for this name.",
            widget="table",
        )
        columns: list[str] = Field(
            default_factory=list, title="Columns", description="The names of the columns."
        )

    class Output(RunInputOutput):
        value: list[dict[str, Any]] = Field(
            title="Value", description="The rows; an empty list when none are given."
        )

    examples = (
        Example(
            {"name": "t", "columns": ["k", "v"], "value": [{"k": "a", "v": "1"}]},
            {"value": [{"k": "a", "v": "1"}]},
        ),
        Example({"name": "t"}, {"value": []}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"value": input.value or []}

"""A file a run is given."""

from __future__ import annotations

from typing import Any

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import Example, Field, FileRef

_ORDERS = {"$file": "f_orders", "name": "orders.csv", "type": "text/csv", "size": 12}


class InputFile(InputBlock):
    """A file that is given when a run is started."""

    id = "io.input_file"
    title = "File input"
    icon = "file-up"
    keywords = ("input", "upload", "document", "attachment")

    class Input(RunInput):
        value: FileRef | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )
        accept: list[str] = Field(
            default_factory=list,
            title="Accepted types",
            description="Name endings or types offered when choosing, such as .csv or image/*.",
            advanced=True,
        )

    class Output(RunInputOutput):
        value: FileRef = Field(title="Value", description="The file.")

    examples = (
        Example({"name": "f", "value": _ORDERS}, {"value": _ORDERS}),
        Example({"name": "f"}, {}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {} if input.value is None else {"value": input.value.as_value()}

"""A value of any type a run is given."""

from __future__ import annotations

from typing import Any, Literal

from luban.blocks.io.run_input import InputBlock, RunInput
from luban.sdk import Example, Field
from luban.sdk.values import PinKind, PinType, coerce


class AnyInput(InputBlock):
    """A value that is given when a run is started, of the type you choose."""

    id = "io.input"
    title = "Input"
    icon = "log-in"
    keywords = ("input", "parameter", "argument", "start")

    class Input(RunInput):
        type: Literal["any", "text", "number", "boolean", "list", "object", "date", "file"] = Field(
            "any", title="Type", description="What the value must be, or be turned into."
        )

    examples = (
        Example({"name": "city", "value": "Oslo"}, {"value": "Oslo"}),
        Example({"name": "n", "value": "7", "type": "number"}, {"value": 7}),
        Example({"name": "n", "value": None}, {}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        return {"value": coerce(input.value, PinType(PinKind(input.type)))}

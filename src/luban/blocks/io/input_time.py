"""A time of day a run is given."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

from pydantic import WithJsonSchema

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.sdk import BlockError, Example, Field
from luban.sdk.values import show

TimeOfDay = Annotated[str, WithJsonSchema({"type": "string", "format": "time"})]


class InputTime(InputBlock):
    """A time of day that is given when a run is started."""

    id = "io.input_time"
    title = "Time input"
    icon = "clock-4"
    keywords = ("input", "hour", "clock", "schedule")

    class Input(RunInput):
        value: TimeOfDay | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )

    class Output(RunInputOutput):
        value: str = Field(title="Value", description="The time, such as 08:15:00.")

    examples = (
        Example({"name": "t", "value": "08:15:00"}, {"value": "08:15:00"}),
        Example({"name": "t", "value": "8:15"}, {"value": "08:15:00"}),
        Example({"name": "t"}, {}),
        Example({"name": "t", "value": "quarter past"}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        try:
            at = time.fromisoformat(input.value.strip().zfill(5))
        except ValueError as error:
            raise BlockError(
                f"The input `{input.name}` is {show(input.value)}; give a time such as 08:15.",
                zh=f"输入“{input.name}”的值是 {show(input.value)}，请给出 08:15 这样的时间。",
                code="invalid_value",
            ) from error
        return {"value": at.isoformat(timespec="seconds")}

"""A day and time a run is given."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import WithJsonSchema

from luban.blocks.io.run_input import InputBlock, RunInput, RunInputOutput
from luban.blocks.time.moments import moment_of
from luban.sdk import Example, Field

Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


class InputDatetime(InputBlock):
    """A day and time that are given when a run is started."""

    id = "io.input_datetime"
    title = "Date and time input"
    icon = "calendar-clock"
    keywords = ("input", "moment", "deadline", "appointment", "when")

    class Input(RunInput):
        value: Moment | None = Field(
            None, title="Default", description="Used when a run gives nothing for this name."
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Of a time that names none: Asia/Shanghai, UTC or +08:00; `local` is this "
            "computer's.",
            advanced=True,
        )

    class Output(RunInputOutput):
        value: Moment = Field(
            title="Value", description="The moment, such as 2026-01-31T16:00:00+08:00."
        )

    examples = (
        Example(
            {"name": "at", "value": "2026-01-31T16:00", "zone": "+08:00"},
            {"value": "2026-01-31T16:00:00+08:00"},
        ),
        Example({"name": "at"}, {}),
        Example({"name": "at", "value": "soon"}, {"error": {"code": "type_mismatch"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        if input.value is None:
            return {}
        return {"value": moment_of(input.value, input.zone).isoformat(timespec="seconds")}

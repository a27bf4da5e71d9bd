"""A time written another way."""

from __future__ import annotations

from typing import Any

from luban.blocks.time.moments import Language, written
from luban.blocks.time.reading import understood
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Format(Block):
    """Writes a date or time in a format, a language and a time zone of your choice."""

    id = "time.format"
    title = "Format time"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-clock"
    keywords = ("date", "convert", "time zone", "weekday")

    class Input(BlockInput):
        time: Any = Field(
            title="Time",
            description="A date or time such as 2026-01-31T08:00 or `in 3 days`, or seconds since "
            "1970.",
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Where it is shown, such as Asia/Shanghai, UTC or +08:00; `local` is this "
            "computer's. A time without a zone is one of this zone.",
        )
        format: str = Field(
            "long",
            title="Format",
            description="`iso`, `datetime`, `date`, `time`, `long`, or a pattern like `%H:%M`.",
            examples=["long", "datetime", "date", "time", "iso", "%Y-%m-%d"],
        )
        language: Language = Field(
            "en", title="Language", description="For the names of days and months."
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The time in the chosen format.")
        timestamp: float = Field(title="Seconds", description="Seconds since 1970, in UTC.")

    examples = (
        Example(
            {"time": "2026-01-31", "zone": "UTC"},
            {"text": "Saturday, 31 January 2026, 00:00", "timestamp": 1769817600.0},
        ),
        Example(
            {"time": "2026-01-31T08:00:00Z", "zone": "Asia/Shanghai", "language": "zh"},
            {"text": "2026年1月31日 星期六 16:00", "timestamp": 1769846400.0},
        ),
        Example(
            {"time": 1769846400, "zone": "UTC", "format": "%-m/%-d %I:%M %p"},
            {"text": "1/31 08:00 AM", "timestamp": 1769846400.0},
        ),
        Example({"time": "soon"}, {"error": {"code": "bad_time"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        moment, _ = understood(input.time, input.zone, ctx.now())
        return {
            "text": written(moment, input.format, input.language),
            "timestamp": moment.timestamp(),
        }

"""What day and time it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from luban.blocks.time.moments import Language, as_local, in_zone, parts, written, zone_of
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Date,
    Effect,
    Example,
    Field,
)


class Now(Block):
    """Tells the present day and time in any time zone, as text and in parts.

    Without a link it reads the clock when the run starts; link anything to Trigger to read it then.
    """

    id = "time.now"
    title = "Current time"
    category = "time"
    effect = Effect.NONE
    icon = "clock"
    keywords = ("now", "today", "date", "clock", "timestamp", "yesterday", "weekday")

    class Input(BlockInput):
        trigger: Any = Field(
            None, title="Trigger", description="Link anything; the clock is read when it comes."
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Such as Asia/Shanghai, UTC or +08:00; `local` is this computer's.",
        )
        format: str = Field(
            "long",
            title="Format",
            description="Of Text: `long`, `datetime`, `date`, `time`, `iso`, or a pattern such as "
            "%Y-%m-%d.",
            examples=["long", "datetime", "date", "time", "iso", "%Y-%m-%d"],
        )
        language: Language = Field(
            "en", title="Language", description="For the names of days and months in Text."
        )
        days: int = Field(
            0,
            ge=-366_000,
            le=366_000,
            title="Days added",
            description="1 is tomorrow, -1 yesterday, at the same time of day.",
            advanced=True,
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="Day and time in the format.")
        iso: str = Field(title="ISO 8601", description="Such as 2026-01-31T16:00:00+08:00.")
        date: Date = Field(title="Date", description="Such as 2026-01-31.")
        time: str = Field(title="Time", description="Such as 16:00:00.")
        weekday: int = Field(title="Weekday", description="1 is Monday, 7 is Sunday.")
        timestamp: float = Field(title="Timestamp", description="Seconds since 1970, UTC.")

    examples = (
        Example(
            {"zone": "Asia/Shanghai", "language": "zh"},
            {
                "text": "2026年1月31日 星期六 16:00",
                "iso": "2026-01-31T16:00:00+08:00",
                "date": "2026-01-31",
                "time": "16:00:00",
                "weekday": 6,
                "timestamp": 1769846400.0,
            },
        ),
        Example(
            {"zone": "UTC", "days": -1},
            {
                "text": "Friday, 30 January 2026, 08:00",
                "iso": "2026-01-30T08:00:00+00:00",
                "date": "2026-01-30",
                "time": "08:00:00",
                "weekday": 5,
                "timestamp": 1769760000.0,
            },
        ),
        Example(
            {"zone": "-05:30", "format": "%Y/%m/%d %H点 100%%", "trigger": "go"},
            {
                "text": "2026/01/31 02点 100%",
                "iso": "2026-01-31T02:30:00-05:30",
                "date": "2026-01-31",
                "time": "02:30:00",
                "weekday": 6,
                "timestamp": 1769846400.0,
            },
        ),
        Example({"zone": "Mars/Base"}, {"error": {"code": "unknown_zone"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        moment = _moved(in_zone(ctx.now(), input.zone), input)
        return {
            "text": written(moment, input.format, input.language),
            **parts(moment),
        }


def _moved(moment: datetime, input: Now.Input) -> datetime:
    """The same time of day so many days away, also over a change of summer time."""
    if not input.days:
        return moment
    try:
        there = moment.replace(tzinfo=None) + timedelta(days=input.days)
        return as_local(there, zone_of(input.zone))
    except (OverflowError, OSError, ValueError) as error:
        raise BlockError(
            f"{input.days} days from now is outside the calendar. Add fewer days.",
            zh=f"距今 {input.days} 天超出了日历范围。请减少天数。",
            code="invalid_value",
        ) from error

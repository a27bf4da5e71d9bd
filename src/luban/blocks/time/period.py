"""The day, week, month or year that a moment lies in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Literal

from luban.blocks.time.moments import as_local, plus_months, zone_of
from luban.blocks.time.reading import understood
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

_MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}


class Period(Block):
    """Gives the beginning and end of the hour, day, week, month, quarter or year around a time."""

    id = "time.period"
    title = "Start and end of a period"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-days"
    keywords = ("start of month", "end of month", "week", "quarter", "range", "last month")

    class Input(BlockInput):
        time: Any = Field("now", title="Time", description="Such as `now` or 2026-01-31T08:00.")
        unit: Literal["hour", "day", "week", "month", "quarter", "half_year", "year"] = Field(
            "month", title="Period", description="How long it is."
        )
        shift: int = Field(
            0,
            ge=-10_000,
            le=10_000,
            title="Later by",
            description="-1 is the period before, such as last month; 1 is the next.",
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Whose midnight counts: Asia/Shanghai, UTC; `local` is this computer's.",
        )
        week_start: int = Field(
            1,
            ge=1,
            le=7,
            title="Weeks begin on",
            description="1 is Monday, 7 Sunday.",
            advanced=True,
        )

    class Output(BlockOutput):
        start: str = Field(title="Start", description="The first moment of it.", main=True)
        end: str = Field(title="End", description="The first moment after it.")
        first_day: Date = Field(title="First day", description="Such as 2026-01-01.")
        last_day: Date = Field(title="Last day", description="Such as 2026-01-31.")
        days: int = Field(title="Days", description="How many days it has.")

    examples = (
        Example(
            {"unit": "month", "zone": "UTC"},
            {
                "start": "2026-01-01T00:00:00+00:00",
                "end": "2026-02-01T00:00:00+00:00",
                "first_day": "2026-01-01",
                "last_day": "2026-01-31",
                "days": 31,
            },
        ),
        Example(
            {"time": "2026-03-04", "unit": "quarter", "shift": -1, "zone": "Asia/Shanghai"},
            {
                "start": "2025-10-01T00:00:00+08:00",
                "end": "2026-01-01T00:00:00+08:00",
                "first_day": "2025-10-01",
                "last_day": "2025-12-31",
                "days": 92,
            },
        ),
        Example(
            {"time": "2026-02-01", "unit": "week", "zone": "UTC"},
            {
                "start": "2026-01-26T00:00:00+00:00",
                "end": "2026-02-02T00:00:00+00:00",
                "first_day": "2026-01-26",
                "last_day": "2026-02-01",
                "days": 7,
            },
        ),
        Example({"time": "soon"}, {"error": {"code": "bad_time"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        moment, _ = understood(input.time, input.zone, ctx.now())
        place = zone_of(input.zone)
        try:
            first, after = _around(moment.replace(tzinfo=None), input)
            start, end = as_local(first, place), as_local(after, place)
        except (ValueError, OverflowError) as error:
            raise BlockError(
                "That period is outside of the calendar. Shift it by less.",
                zh="该时段超出了日历范围。请减少移动量。",
                code="invalid_value",
            ) from error
        last = (after - timedelta(microseconds=1)).date()
        return {
            "start": start.isoformat(timespec="seconds"),
            "end": end.isoformat(timespec="seconds"),
            "first_day": first.date().isoformat(),
            "last_day": last.isoformat(),
            "days": (last - first.date()).days + 1,
        }


def _around(local: datetime, input: Period.Input) -> tuple[datetime, datetime]:
    """By the clock on the wall, without a zone."""
    day = datetime.combine(local.date(), time())
    match input.unit:
        case "hour":
            start, length = local.replace(minute=0, second=0, microsecond=0), timedelta(hours=1)
        case "day":
            start, length = day, timedelta(days=1)
        case "week":
            start = day - timedelta(days=(day.isoweekday() - input.week_start) % 7)
            length = timedelta(weeks=1)
        case _:
            months = _MONTHS[input.unit]
            first = plus_months(day.replace(day=1), -((day.month - 1) % months))
            start = plus_months(first, input.shift * months)
            return start, plus_months(start, months)
    start += input.shift * length
    return start, start + length

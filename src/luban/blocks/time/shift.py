"""A time earlier or later."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from luban.blocks.time.moments import MomentOutput, as_local, parts, plus_months, zone_of
from luban.blocks.time.reading import understood
from luban.blocks.time.workdays import Calendar, calendar_of
from luban.sdk import Block, BlockError, BlockInput, Context, Effect, Example, Field


def _amount(title: str, description: str = "", **more: Any) -> Any:
    told = description or f"How many {title.lower()} later; less than 0 is earlier."
    return Field(0, ge=-1_000_000, le=1_000_000, title=title, description=told, **more)


class Shift(Block):
    """Moves a time by years, months, days, working days or hours, by the calendar of its zone.

    A month after 31 January is the last of February, and a day later is the same time of day, also
    over a change of summer time; hours are of 60 minutes.
    """

    id = "time.shift"
    title = "Move a time"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-plus"
    keywords = ("add", "subtract", "later", "earlier", "business days", "deadline", "arithmetic")

    class Input(BlockInput):
        time: Any = Field(
            "now",
            title="Time",
            description="Such as 2026-01-31T08:00, `now`, 明天; or seconds since 1970.",
        )
        days: float = _amount("Days")
        working_days: int = Field(
            0,
            ge=-100_000,
            le=100_000,
            title="Working days",
            description="Days without weekends and holidays; 1 of a Friday is Monday.",
        )
        weeks: float = _amount("Weeks")
        months: int = Field(
            0, ge=-120_000, le=120_000, title="Months", description="By the calendar."
        )
        years: int = Field(0, ge=-10_000, le=10_000, title="Years", description="By the calendar.")
        hours: float = _amount("Hours")
        minutes: float = Field(0, title="Minutes", description="Such as 90 or -15.")
        seconds: float = Field(0, title="Seconds", description="Such as 30.", advanced=True)
        zone: str = Field(
            "local",
            title="Time zone",
            description="Whose calendar: Asia/Shanghai, UTC or +08:00; `local` is this computer's.",
        )
        holidays: list[str] = Field(
            default_factory=list,
            title="Holidays",
            description="Dates that are no working days.",
            advanced=True,
        )
        extra_workdays: list[str] = Field(
            default_factory=list,
            title="Working weekends",
            description="Saturdays and Sundays that are working days, as in China.",
            advanced=True,
        )

    class Output(MomentOutput):
        pass

    examples = (
        Example(
            {"time": "2026-01-31T10:00", "months": 1, "zone": "UTC"},
            {
                "iso": "2026-02-28T10:00:00+00:00",
                "date": "2026-02-28",
                "time": "10:00:00",
                "weekday": 6,
                "timestamp": 1772272800.0,
            },
        ),
        Example(
            {
                "time": "2026-02-13T18:00",
                "working_days": 1,
                "zone": "Asia/Shanghai",
                "extra_workdays": ["2026-02-14"],
            },
            {
                "iso": "2026-02-14T18:00:00+08:00",
                "date": "2026-02-14",
                "time": "18:00:00",
                "weekday": 6,
                "timestamp": 1771063200.0,
            },
        ),
        Example(
            {"time": "2026-03-28T12:00", "days": 1, "zone": "Europe/Berlin"},
            {
                "iso": "2026-03-29T12:00:00+02:00",
                "date": "2026-03-29",
                "time": "12:00:00",
                "weekday": 7,
                "timestamp": 1774778400.0,
            },
        ),
        Example(
            {"time": "2026-03-28T12:00", "hours": 24, "zone": "Europe/Berlin"},
            {
                "iso": "2026-03-29T13:00:00+02:00",
                "date": "2026-03-29",
                "time": "13:00:00",
                "weekday": 7,
                "timestamp": 1774782000.0,
            },
        ),
        Example({"time": "2026-01-31", "years": 9000}, {"error": {"code": "invalid_value"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        moment, _ = understood(input.time, input.zone, ctx.now())
        calendar = calendar_of(input.holidays, input.extra_workdays)
        try:
            return parts(_moved(moment, input, calendar))
        except (ValueError, OverflowError, OSError) as error:
            raise BlockError(
                "That moment is outside of the calendar. Move the time by less.",
                zh="该时间超出了日历范围。请减少移动量。",
                code="invalid_value",
            ) from error


def _moved(moment: datetime, input: Shift.Input, calendar: Calendar) -> datetime:
    local = plus_months(moment.replace(tzinfo=None), input.years * 12 + input.months)
    local += timedelta(days=input.days, weeks=input.weeks)
    if input.working_days:
        day: date = calendar.after(local.date(), input.working_days)
        local = datetime.combine(day, local.time())
    place = zone_of(input.zone)
    by_calendar = as_local(local, place) if local != moment.replace(tzinfo=None) else moment
    exact = timedelta(hours=input.hours, minutes=input.minutes, seconds=input.seconds)
    if not exact:
        return by_calendar
    seconds = by_calendar.timestamp() + exact.total_seconds()
    return datetime.fromtimestamp(seconds, by_calendar.tzinfo).astimezone(place)

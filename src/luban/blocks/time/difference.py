"""How much time lies between two moments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from luban.blocks.time.moments import Language, plus_months
from luban.blocks.time.reading import understood
from luban.blocks.time.workdays import calendar_of
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field

_UNITS = (("day", "天", 86400), ("hour", "小时", 3600), ("minute", "分钟", 60), ("second", "秒", 1))


class Difference(Block):
    """Says how long it is from one moment to another: a countdown, an age, working days."""

    id = "time.difference"
    title = "Time between"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-range"
    keywords = ("difference", "countdown", "age", "duration", "elapsed", "days until", "since")

    class Input(BlockInput):
        start: Any = Field("now", title="From", description="Such as 2026-01-31, `now` or 昨天.")
        end: Any = Field("now", title="To", description="Such as 2026-12-24T18:00.")
        zone: str = Field(
            "local",
            title="Time zone",
            description="Of times that name none, and whose days count; `local` is the computer's.",
        )
        language: Language = Field("en", title="Language", description="Of Text.")
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

    class Output(BlockOutput):
        text: str = Field(title="Text", description="Such as 2 days 3 hours.", main=True)
        past: bool = Field(title="Is over", description="Whether To is before From.")
        seconds: float = Field(title="Seconds", description="Less than 0 if it is over.")
        minutes: float = Field(title="Minutes", description="The same in minutes.")
        hours: float = Field(title="Hours", description="The same in hours.")
        days: float = Field(title="Days", description="The same in days of 24 hours.")
        calendar_days: int = Field(title="Nights", description="Midnights in between.")
        working_days: int = Field(
            title="Working days", description="Without weekends and holidays, the last day not."
        )
        months: int = Field(title="Months", description="Full months by the calendar.")
        years: int = Field(title="Years", description="Full years by the calendar, as an age.")

    examples = (
        Example(
            {"end": "2026-02-02T11:30:00Z", "zone": "UTC"},
            {
                "text": "2 days 3 hours",
                "past": False,
                "seconds": 185400.0,
                "minutes": 3090.0,
                "hours": 51.5,
                "days": 2.145833,
                "calendar_days": 2,
                "working_days": 0,
                "months": 0,
                "years": 0,
            },
        ),
        Example(
            {"start": "1990-02-01", "end": "2026-01-31", "zone": "UTC", "language": "zh"},
            {
                "text": "13148天",
                "past": False,
                "seconds": 1135987200.0,
                "minutes": 18933120.0,
                "hours": 315552.0,
                "days": 13148.0,
                "calendar_days": 13148,
                "working_days": 9392,
                "months": 431,
                "years": 35,
            },
        ),
        Example(
            {"start": "2026-01-31T08:00:30", "end": "2026-01-31T08:00", "zone": "UTC"},
            {
                "text": "30 seconds",
                "past": True,
                "seconds": -30.0,
                "minutes": -0.5,
                "hours": -0.008333,
                "days": -0.000347,
                "calendar_days": 0,
                "working_days": 0,
                "months": 0,
                "years": 0,
            },
        ),
        Example({"end": "soon"}, {"error": {"code": "bad_time"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        now = ctx.now()
        start, _ = understood(input.start, input.zone, now)
        end, _ = understood(input.end, input.zone, now)
        calendar = calendar_of(input.holidays, input.extra_workdays)
        seconds = end.timestamp() - start.timestamp()
        months = _months(start, end)
        return {
            "text": _text(abs(seconds), input.language),
            "past": seconds < 0,
            "seconds": seconds,
            "minutes": round(seconds / 60, 6),
            "hours": round(seconds / 3600, 6),
            "days": round(seconds / 86400, 6),
            "calendar_days": (end.date() - start.date()).days,
            "working_days": calendar.between(start.date(), end.date()),
            "months": months,
            "years": int(months / 12),
        }


def _months(start: datetime, end: datetime) -> int:
    if end < start:
        return -_months(end, start)
    first, last = start.replace(tzinfo=None), end.replace(tzinfo=None)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - (months > 0 and plus_months(first, months) > last)


def _text(seconds: float, language: Language) -> str:
    """The two largest units that are not 0."""
    left, told = round(seconds), list[str]()
    for unit, unit_zh, length in _UNITS:
        amount, left = divmod(left, length)
        if amount and len(told) < 2:
            plural = "" if amount == 1 else "s"
            told.append(f"{amount}{unit_zh}" if language == "zh" else f"{amount} {unit}{plural}")
        elif told:
            break
    if not told:
        return "0秒" if language == "zh" else "0 seconds"
    return ("" if language == "zh" else " ").join(told)

"""Many moments at equal distances."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import count
from typing import Any, Literal

from luban.blocks.time.moments import as_local, plus_months, zone_of
from luban.blocks.time.reading import understood
from luban.blocks.time.workdays import calendar_of
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emissions,
    Emit,
    Example,
    Field,
)

_MOST = 100_000
_MONTHS = {"month": 1, "year": 12}
_EXACT = {"minute": 60, "hour": 3600}


class Range(Block):
    """Gives every day, week, month or hour between two times, such as all days of a month."""

    id = "time.range"
    title = "Every day between"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-check-2"
    keywords = ("list", "dates", "sequence", "calendar", "each day", "business days")

    class Input(BlockInput):
        start: Any = Field("now", title="From", description="The first, such as 2026-01-31.")
        end: Any = Field(
            None, title="To", description="The last, included if it is met; empty needs Count."
        )
        count: int | None = Field(
            None, ge=0, le=_MOST, title="Count", description="How many at most."
        )
        unit: Literal["minute", "hour", "day", "working_day", "week", "month", "year"] = Field(
            "day", title="Unit", description="Of the distance."
        )
        step: int = Field(1, ge=1, le=1_000_000, title="Every", description="So many units apart.")
        zone: str = Field(
            "local",
            title="Time zone",
            description="Whose calendar: Asia/Shanghai, UTC; `local` is this computer's.",
        )
        holidays: list[str] = Field(
            default_factory=list,
            title="Holidays",
            description="Dates that are no working days.",
            advanced=True,
        )

    class Output(BlockOutput):
        each: str = Emit(
            "Each of them: a date if From is one, else date and time.", title="Each", main=True
        )
        list: Any = Field(title="All", description="All of them as a list.")
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"start": "2026-02-27", "end": "2026-03-01", "zone": "UTC"},
            {
                "each": ["2026-02-27", "2026-02-28", "2026-03-01"],
                "list": ["2026-02-27", "2026-02-28", "2026-03-01"],
                "count": 3,
            },
        ),
        Example(
            {"start": "2026-01-31", "count": 3, "unit": "month", "zone": "UTC"},
            {
                "each": ["2026-01-31", "2026-02-28", "2026-03-31"],
                "list": ["2026-01-31", "2026-02-28", "2026-03-31"],
                "count": 3,
            },
        ),
        Example(
            {"start": "2026-01-30T23:30", "count": 2, "unit": "hour", "zone": "+8"},
            {
                "each": ["2026-01-30T23:30:00+08:00", "2026-01-31T00:30:00+08:00"],
                "list": ["2026-01-30T23:30:00+08:00", "2026-01-31T00:30:00+08:00"],
                "count": 2,
            },
        ),
        Example(
            {"start": "2026-01-30", "count": 2, "unit": "working_day", "holidays": ["2026-02-02"]},
            {
                "each": ["2026-01-30", "2026-02-03"],
                "list": ["2026-01-30", "2026-02-03"],
                "count": 2,
            },
        ),
        Example({"start": "2026-01-30"}, {"error": {"code": "no_end"}}),
        Example(
            {"start": "2026-01-30", "end": "2999-01-01", "unit": "minute"},
            {"error": {"code": "too_many"}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> Emissions:
        if input.end is None and input.count is None:
            raise BlockError(
                "Nothing says where to stop. Fill To or Count.",
                zh="没有说明到哪里为止。请填写“到”或“数量”。",
                code="no_end",
            )
        found = _moments(input, ctx.now())
        sent = Emissions(("each", each) for each in found)
        sent += [("list", found), ("count", len(found))]
        return sent


def _moments(input: Range.Input, now: float) -> list[str]:
    start, timed = understood(input.start, input.zone, now)
    last = None if input.end is None else understood(input.end, input.zone, now)[0]
    calendar = calendar_of(input.holidays, ())
    found: list[str] = []
    for moment in _steps(start, input, zone_of(input.zone)):
        if (last is not None and moment > last) or len(found) == input.count:
            break
        if input.unit != "working_day" or calendar.works(moment.date()):
            if len(found) == _MOST:
                raise _too_many()
            day = moment.date().isoformat()
            found.append(moment.isoformat(timespec="seconds") if timed else day)
    return found


def _steps(start: datetime, input: Range.Input, place: tzinfo | None) -> Iterator[datetime]:
    """One after another until the calendar ends; days are by the clock, hours of 60 minutes."""
    first = start.replace(tzinfo=None)
    for number in count(step=input.step):
        try:
            if (seconds := _EXACT.get(input.unit)) is not None:
                exact = datetime.fromtimestamp(start.timestamp() + number * seconds, start.tzinfo)
                yield exact.astimezone(place)
            elif (months := _MONTHS.get(input.unit)) is not None:
                yield as_local(plus_months(first, number * months), place)
            else:
                days = number * (7 if input.unit == "week" else 1)
                yield as_local(first + timedelta(days=days), place)
        except (ValueError, OverflowError, OSError):
            return


def _too_many() -> BlockError:
    return BlockError(
        f"These are more than {_MOST:,}. Choose a longer unit or a nearer end.",
        zh=f"数量超过 {_MOST:,}。请选择更长的单位或更近的终点。",
        code="too_many",
    )

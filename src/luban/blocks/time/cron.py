"""Cron lines of five fields, and the next times they name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

_YEARS = 8
"""29 February may be so far away; what does not come until then never comes."""

_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY_NAMES = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class Cron(NamedTuple):
    """What each field allows; days are 0 to 6 from Sunday."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool
    """Whether a day may fit by its number or by its place in the week, as cron has it."""

    def allows(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_number = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        return (by_number or by_week) if self.either else (by_number and by_week)

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The times later than this one, by the clock on the wall."""
        clocks = [
            time(hour, minute) for hour in sorted(self.hours) for minute in sorted(self.minutes)
        ]
        day = moment.date()
        for _ in range(_YEARS * 366):
            if self.allows(day):
                for clock in clocks:
                    found = datetime.combine(day, clock)
                    if found > moment:
                        yield found
            try:
                day += timedelta(days=1)
            except OverflowError:
                return


def cron_of(text: str) -> Cron:
    """Raises `ValueError` with what is wrong."""
    fields = _NICKNAMES.get(text.strip().lower(), text).split()
    if len(fields) != 5:
        raise ValueError(f"it has {len(fields)} fields instead of 5")
    minutes, hours, days, months, weekdays = fields
    return Cron(
        _field(minutes, 0, 59),
        _field(hours, 0, 23),
        _field(days, 1, 31),
        _field(months, 1, 12, _MONTH_NAMES, 1),
        frozenset(day % 7 for day in _field(weekdays, 0, 7, _DAY_NAMES)),
        not days.startswith("*") and not weekdays.startswith("*"),
    )


def _field(
    text: str, least: int, most: int, names: list[str] | None = None, first: int = 0
) -> frozenset[int]:
    allowed: set[int] = set()
    for part in text.lower().split(","):
        span, slash, told = part.partition("/")
        step = int(told) if slash else 1
        if step < 1:
            raise ValueError(f"`{part}` has a step of {step}")
        if span in ("*", "?"):
            low, high = least, most - (most == 7)
        else:
            start, dash, end = span.partition("-")
            low = _value(start, names, first)
            high = _value(end, names, first) if dash else (most if slash else low)
        if not least <= low <= high <= most:
            raise ValueError(f"`{part}` is not from {least} to {most}")
        allowed.update(range(low, high + 1, step))
    return frozenset(allowed)


def _value(text: str, names: list[str] | None, first: int) -> int:
    if names and text in names:
        return names.index(text) + first
    if not (text.isdecimal() and text.isascii()):
        raise ValueError(f"`{text}` is not a number")
    return int(text)

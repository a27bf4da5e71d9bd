"""RRULE of iCalendar (RFC 5545): the days are looked at one by one, so it always ends."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

REACH = 50 * 366
"""Days that are looked at before a rule counts as one that never comes."""

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYHOUR"}
_PARTS |= {"BYMINUTE", "BYSECOND", "BYSETPOS", "WKST"}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class Recurrence(NamedTuple):
    """A rule, and the moment it begins at; everything is by the clock on the wall."""

    start: datetime
    frequency: str
    interval: int
    times: int | None
    until: datetime | None
    weekdays: tuple[tuple[int, int], ...]
    """Which one in a month or year (1 the first, -1 the last, 0 every) of which day of the week."""
    month_days: tuple[int, ...]
    months: tuple[int, ...]
    clocks: tuple[time, ...]
    positions: tuple[int, ...]
    week_start: int

    def after(self, moment: datetime) -> Iterator[datetime]:
        """The times later than this one, at most `REACH` days later."""
        last = moment + timedelta(days=REACH)
        if self.until is not None:
            last = min(last, self.until)
        # Places in a period are counted over the whole of it, also after the end of the rule.
        seen = last + timedelta(days=366) if self.positions else last
        for number, found in enumerate(self._all(seen.date())):
            if found > last or number == self.times:
                return
            if found > moment:
                yield found

    def _all(self, last: date) -> Iterator[datetime]:
        fitting = (day for day in self._days(last) if self._fits(day))
        for _, days in groupby(fitting, self._period):
            found = [datetime.combine(day, clock) for day in days for clock in self.clocks]
            if self.positions:
                places = {at - 1 if at > 0 else len(found) + at for at in self.positions}
                found = [each for place, each in enumerate(found) if place in places]
            yield from (each for each in found if each >= self.start)

    def _days(self, last: date) -> Iterator[date]:
        """From the beginning of the first period on, so that places in it are counted right."""
        day = self.start.date()
        match self.frequency:
            case "WEEKLY":
                day -= timedelta(days=(day.weekday() - self.week_start) % 7)
            case "MONTHLY":
                day = day.replace(day=1)
            case "YEARLY":
                day = day.replace(month=1, day=1)
            case _:
                pass
        for number in range((last - day).days + 1):
            yield day + timedelta(days=number)

    def _period(self, day: date) -> int:
        """How many periods after the one the rule begins in."""
        start = self.start.date()
        match self.frequency:
            case "WEEKLY":
                first = start - timedelta(days=(start.weekday() - self.week_start) % 7)
                return (day - first).days // 7
            case "MONTHLY":
                return (day.year - start.year) * 12 + day.month - start.month
            case "YEARLY":
                return day.year - start.year
            case _:
                return (day - start).days

    def _fits(self, day: date) -> bool:
        if self._period(day) % self.interval or (self.months and day.month not in self.months):
            return False
        if self.month_days:
            length = monthrange(day.year, day.month)[1]
            if day.day not in self.month_days and day.day - length - 1 not in self.month_days:
                return False
        if self.weekdays:
            return any(self._is_weekday(day, *each) for each in self.weekdays)
        return bool(self.month_days) or self._is_usual(day)

    def _is_weekday(self, day: date, place: int, weekday: int) -> bool:
        if day.weekday() != weekday or place == 0:
            return day.weekday() == weekday
        if self.frequency == "YEARLY" and not self.months:
            number = day.timetuple().tm_yday
            length = 365 + isleap(day.year)
        else:
            number, length = day.day, monthrange(day.year, day.month)[1]
        return (number - 1) // 7 + 1 == place or -((length - number) // 7 + 1) == place

    def _is_usual(self, day: date) -> bool:
        """Where a rule names no day, it is that of its beginning."""
        match self.frequency:
            case "WEEKLY":
                return day.weekday() == self.start.weekday()
            case "MONTHLY":
                return day.day == self.start.day
            case "YEARLY":
                return day.day == self.start.day and bool(
                    self.months or day.month == self.start.month
                )
            case _:
                return True


def recurrence_of(text: str, start: datetime) -> Recurrence:
    """The rule, with or without `RRULE:` and a line `DTSTART:`. Raises `ValueError`."""
    told: dict[str, str] = {}
    for line in text.upper().split():
        name, colon, value = line.partition(":")
        if colon and name.startswith("DTSTART"):
            start = _moment(value)
        else:
            told |= dict(_pair(part) for part in (value if colon else line).split(";") if part)
    unknown = ", ".join(told.keys() - _PARTS)
    if unknown:
        raise ValueError(f"{unknown} cannot be used here")
    if told.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"FREQ must be one of {', '.join(_FREQUENCIES)}")
    clocks = [
        time(hour, minute, second)
        for hour in _numbers(told, "BYHOUR", 0, 23) or [start.hour]
        for minute in _numbers(told, "BYMINUTE", 0, 59) or [start.minute]
        for second in _numbers(told, "BYSECOND", 0, 59) or [start.second]
    ]
    return Recurrence(
        start=start,
        frequency=told["FREQ"],
        interval=_one(told, "INTERVAL") or 1,
        times=_one(told, "COUNT"),
        until=_moment(told["UNTIL"], last=True) if "UNTIL" in told else None,
        weekdays=_weekdays(told),
        month_days=_numbers(told, "BYMONTHDAY", -31, 31),
        months=_numbers(told, "BYMONTH", 1, 12),
        clocks=tuple(sorted(set(clocks))),
        positions=_numbers(told, "BYSETPOS", -366, 366),
        week_start=_DAYS.index(told.get("WKST", "MO")),
    )


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.partition("=")
    if not equals or not value:
        raise ValueError(f"`{part}` is not written NAME=VALUE")
    return name, value


def _one(told: dict[str, str], name: str) -> int | None:
    if name not in told:
        return None
    value = int(told[name])
    if not 1 <= value <= 100_000:
        raise ValueError(f"{name} is {value}")
    return value


def _numbers(told: dict[str, str], name: str, least: int, most: int) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in told[name].split(",")) if name in told else ()
    if any(not least <= number <= most or (least < 0 and not number) for number in numbers):
        raise ValueError(f"{name} must be from {least} to {most}")
    return numbers


def _weekdays(told: dict[str, str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for part in told.get("BYDAY", "").split(","):
        if not part:
            continue
        day = _BY_DAY.fullmatch(part)
        if day is None or (day[1] and told["FREQ"] not in ("MONTHLY", "YEARLY")):
            raise ValueError(f"BYDAY cannot be `{part}` here")
        found.append((int(day[1] or 0), _DAYS.index(day[2])))
    return tuple(found)


def _moment(text: str, *, last: bool = False) -> datetime:
    """`20260131T090000`, or a day, which for UNTIL is one until its end."""
    text = text.removesuffix("Z")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        raise ValueError(f"`{text}` has a zone")
    return datetime.combine(moment, time.max) if last and len(text) == 8 else moment

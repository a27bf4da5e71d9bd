"""Working days: not weekends, not holidays, but the weekends a country works on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from luban.blocks.time.moments import bad_time

_FRIDAY = 4
_WEEK = timedelta(weeks=1)


class Calendar(NamedTuple):
    """The days that are not what their place in the week says."""

    holidays: frozenset[date]
    extra: frozenset[date]

    def works(self, day: date) -> bool:
        return day in self.extra or (day.weekday() <= _FRIDAY and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The working day so many working days later, or earlier. Raises `OverflowError`."""
        step = timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        while left:
            if left > 7 and not self._special(day, day + 7 * step):
                day += 7 * step
                left -= 5
                continue
            day += step
            left -= self.works(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days from `start` until before `end`; less than 0 if `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        weeks = (end - start) // _WEEK
        count = weeks * 5
        rest = start + weeks * _WEEK
        while rest < end:
            count += rest.weekday() <= _FRIDAY
            rest += timedelta(days=1)
        off = sum(start <= day < end and day.weekday() <= _FRIDAY for day in self.holidays)
        on = sum(start <= day < end and day.weekday() > _FRIDAY for day in self.extra)
        return count - off + on

    def _special(self, one: date, other: date) -> bool:
        first, last = min(one, other), max(one, other)
        return any(first <= day <= last for day in self.holidays | self.extra)


def calendar_of(holidays: Iterable[str], extra: Iterable[str]) -> Calendar:
    """Raises `BlockError`."""
    return Calendar(frozenset(map(_day, holidays)), frozenset(map(_day, extra)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise bad_time(text) from error

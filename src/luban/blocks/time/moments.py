"""Moments in a time zone, written in English or Chinese the same way on every system."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from luban.sdk import BlockError, BlockOutput, Date, Field
from luban.sdk.values import show

Language = Literal["en", "zh"]

PATTERNS = {
    "datetime": "%Y-%m-%d %H:%M:%S",
    "date": "%Y-%m-%d",
    "time": "%H:%M:%S",
}
_LONG_PATTERNS = {
    "en": "%A, %-d %B %Y, %H:%M",
    "zh": "%Y年%-m月%-d日 %A %H:%M",
}
_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
_SHORT_DAYS = {
    "en": tuple(day[:3] for day in _DAYS["en"]),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "zh": (
        *("一月", "二月", "三月", "四月", "五月", "六月"),
        *("七月", "八月", "九月", "十月", "十一月", "十二月"),
    ),
}
_HALVES = {"en": ("AM", "PM"), "zh": ("上午", "下午")}
_OFFSET = re.compile(r"([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
_WIDEST_OFFSET = 14
_CODE = re.compile(r"%(-?)(.)", re.DOTALL)

_Part = Callable[[datetime, Language], str]
_CODES: dict[str, _Part] = {
    "Y": lambda moment, _: f"{moment.year:04}",
    "y": lambda moment, _: f"{moment.year % 100:02}",
    "m": lambda moment, _: f"{moment.month:02}",
    "d": lambda moment, _: f"{moment.day:02}",
    "H": lambda moment, _: f"{moment.hour:02}",
    "I": lambda moment, _: f"{(moment.hour - 1) % 12 + 1:02}",
    "M": lambda moment, _: f"{moment.minute:02}",
    "S": lambda moment, _: f"{moment.second:02}",
    "f": lambda moment, _: f"{moment.microsecond:06}",
    "j": lambda moment, _: f"{moment.timetuple().tm_yday:03}",
    "u": lambda moment, _: str(moment.isoweekday()),
    "V": lambda moment, _: f"{moment.isocalendar().week:02}",
    "A": lambda moment, language: _DAYS[language][moment.weekday()],
    "a": lambda moment, language: _SHORT_DAYS[language][moment.weekday()],
    "B": lambda moment, language: _MONTHS[language][moment.month - 1],
    "b": lambda moment, language: (
        _MONTHS["en"][moment.month - 1][:3] if language == "en" else f"{moment.month}月"
    ),
    "p": lambda moment, language: _HALVES[language][moment.hour >= 12],
    "z": lambda moment, _: moment.strftime("%z"),
    "Z": lambda moment, _: moment.tzname() or "",
    "%": lambda moment, _: "%",
}


def in_zone(timestamp: float, zone: str) -> datetime:
    """A moment as clocks of a zone show it. Raises `BlockError`."""
    try:
        return datetime.fromtimestamp(timestamp, UTC).astimezone(zone_of(zone))
    except (OverflowError, OSError, ValueError) as error:
        raise BlockError(
            f"{timestamp} is not a moment that a calendar knows. Give seconds since 1970.",
            zh=f"{timestamp} 不是有效的时间。请给出自 1970 年起的秒数。",
            code="bad_time",
        ) from error


def moment_of(given: Any, zone: str) -> datetime:
    """A time given as text or as seconds since 1970; one without a zone is of `zone`.

    Raises `BlockError`.
    """
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        return in_zone(given, zone)
    try:
        moment = datetime.fromisoformat(str(given).strip())
    except ValueError as error:
        raise bad_time(given) from error
    place = zone_of(zone)
    return as_local(moment, place) if moment.tzinfo is None else moment.astimezone(place)


def bad_time(given: Any) -> BlockError:
    return BlockError(
        f"{show(given)} is not a time. Write it like 2026-01-31T08:00, or give seconds since 1970.",
        zh=f"{show(given)} 不是时间。请写成 2026-01-31T08:00 的形式，或给出自 1970 年起的秒数。",
        code="bad_time",
    )


def zone_of(name: str) -> tzinfo | None:
    """A time zone by its name or offset; `None` is that of this computer. Raises `BlockError`."""
    name = name.strip()
    if name.lower() in ("", "local"):
        return None
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    offset = _OFFSET.fullmatch(name.upper().removeprefix("UTC").removeprefix("GMT"))
    if offset and int(offset[2]) <= _WIDEST_OFFSET:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(-away if offset[1] == "-" else away)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BlockError(
            f"There is no time zone {show(name)}. Use a name such as Asia/Shanghai, Europe/Berlin "
            "or UTC, an offset such as +08:00, or `local`.",
            zh=f"没有名为 {show(name)} 的时区。请使用 Asia/Shanghai、Europe/Berlin 或 UTC，"
            "+08:00 这样的偏移，或 local。",
            code="unknown_zone",
        ) from error


def as_local(moment: datetime, zone: tzinfo | None) -> datetime:
    """A time without a zone, taken for one of this zone."""
    return moment.astimezone() if zone is None else moment.replace(tzinfo=zone)


def plus_months(moment: datetime, months: int) -> datetime:
    """The same day so many months away, or the last one of a month that is too short.

    Raises `ValueError` outside of the calendar.
    """
    place = moment.year * 12 + moment.month - 1 + months
    year, month = place // 12, place % 12 + 1
    if not 1 <= year <= MAXYEAR:
        raise ValueError(f"the year {year} is outside of the calendar")
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


class MomentOutput(BlockOutput):
    """A moment in the forms that other blocks ask for."""

    iso: str = Field(title="ISO 8601", description="Such as 2026-01-31T16:00:00+08:00.", main=True)
    date: Date = Field(title="Date", description="Such as 2026-01-31.")
    time: str = Field(title="Time", description="Such as 16:00:00.")
    weekday: int = Field(title="Weekday", description="1 is Monday, 7 is Sunday.")
    timestamp: float = Field(title="Timestamp", description="Seconds since 1970, UTC.")


def parts(moment: datetime) -> dict[str, Any]:
    """The values of `MomentOutput`."""
    return {
        "iso": moment.isoformat(timespec="seconds"),
        "date": moment.date().isoformat(),
        "time": moment.time().isoformat(timespec="seconds"),
        "weekday": moment.isoweekday(),
        "timestamp": moment.timestamp(),
    }


def written(moment: datetime, form: str, language: Language) -> str:
    """A moment as text: `iso`, `datetime`, `date`, `time`, `long`, or a pattern such as `%H:%M`.

    The codes are those of `strftime`; `%-d` leaves the leading zero away. Raises `BlockError`.
    """
    if form == "iso":
        return moment.isoformat(timespec="seconds")
    pattern = _LONG_PATTERNS[language] if form == "long" else PATTERNS.get(form, form)
    return _CODE.sub(lambda code: _part(code, moment, language), pattern)


def _part(code: re.Match[str], moment: datetime, language: Language) -> str:
    bare, letter = code.groups()
    part = _CODES.get(letter)
    if part is None:
        known = " ".join(f"%{each}" for each in _CODES)
        raise BlockError(
            f"`{code.group()}` is no code of a time. Use some of {known}.",
            zh=f"“{code.group()}”不是时间代码。可用的有：{known}。",
            code="bad_format",
        )
    text = part(moment, language)
    return text.lstrip("0") or "0" if bare else text

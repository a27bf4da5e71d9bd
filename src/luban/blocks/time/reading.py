"""Times as people write them: `next Friday at 3pm`, 明天下午3点, ISO 8601, RFC 2822."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from luban.blocks.time.moments import as_local, bad_time, in_zone, moment_of, plus_months, zone_of
from luban.blocks.time.numerals import NUMBER, number
from luban.sdk import BlockError

_LONGEST = 100
_MILLISECONDS_FROM = 100_000_000_000
"""A number from here on is milliseconds: as seconds it would be after the year 5000."""

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_ZH_DAYS = {day: place for place, day in enumerate("一二三四五六日")} | {"天": 6}
_UNITS = {
    "year": "years", "yr": "years", "年": "years",
    "month": "months", "月": "months",
    "week": "weeks", "wk": "weeks", "周": "weeks", "星期": "weeks", "礼拜": "weeks",
    "day": "days", "天": "days", "日": "days",
    "hour": "hours", "hr": "hours", "h": "hours", "小时": "hours", "钟头": "hours",
    "minute": "minutes", "min": "minutes", "分钟": "minutes", "分": "minutes",
    "second": "seconds", "sec": "seconds", "s": "seconds", "秒": "seconds", "秒钟": "seconds",
}  # fmt: skip
_NEAR = {"now": 0, "today": 0, "tomorrow": 1, "yesterday": -1, "tonight": 0}
_NEAR |= {"大前天": -3, "前天": -2, "昨": -1, "今": 0, "明": 1, "后天": 2, "大后天": 3}
_WHICH = {"last": -1, "this": 0, "next": 1, "上": -1, "本": 0, "这": 0, "下": 1}
_HALVES = {
    "凌晨": 0, "清晨": 0, "早上": 0, "早晨": 0, "早": 0, "上午": 0, "中午": 12, "下午": 12,
    "傍晚": 12, "晚上": 12, "晚": 12, "am": 0, "pm": 12, "夜里": 12, "今晚": 12,
}  # fmt: skip
_USUAL = {"早上": 8, "早晨": 8, "早": 8, "清晨": 6, "凌晨": 3, "上午": 10, "中午": 12, "下午": 15}
_USUAL |= {"傍晚": 18, "晚上": 20, "晚": 20, "夜里": 22}

_UNIT = "years?|yrs?|months?|weeks?|wks?|days?|hours?|hrs?|h|minutes?|mins?|seconds?|secs?|s"
_ZH_UNIT = "年|个?月|周|个?星期|个?礼拜|天|日|个?小时|个?钟头|分钟|分|秒钟?"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?"
_DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_HALF = "凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚|夜里"


class _Reading:
    """What was read so far: a day, a time of day, and how far away both are."""

    def __init__(self, now: datetime, day_first: bool) -> None:
        self.now = now
        self.day_first = day_first
        self.day: date | None = None
        self.clock: time | None = None
        self.months = 0
        self.away = timedelta()
        self.exact = False
        """Whether the time of day of now counts, as in `in 2 hours`."""

    def moment(self) -> datetime:
        base = datetime.combine(self.day or self.now.date(), self.clock or time())
        if self.clock is None and self.exact and self.day is None:
            base = self.now.replace(tzinfo=None)
        return plus_months(base, self.months) + self.away


_Take = Callable[[_Reading, re.Match[str]], None]


def understood(
    given: Any, zone: str, now: float, *, day_first: bool = True
) -> tuple[datetime, bool]:
    """The moment that is meant, and whether it has a time of day. Raises `BlockError`.

    ISO 8601, RFC 2822, seconds or milliseconds since 1970, and what people write in English and
    Chinese; what names no zone is of `zone`.
    """
    if isinstance(given, bool) or given is None:
        raise bad_time(given)
    text = str(given).strip()
    if isinstance(given, (int, float)) or re.fullmatch(r"-?\d{9,}(\.\d+)?", text):
        seconds = float(text)
        return in_zone(
            seconds / 1000 if abs(seconds) >= _MILLISECONDS_FROM else seconds, zone
        ), True
    try:
        return moment_of(text, zone), len(text) > len("2026-01-31")
    except BlockError:
        zone_of(zone)  # an unknown zone is not to be told as a bad time
    if len(text) > _LONGEST:
        raise bad_time(given)
    if (posted := _posted(text)) is not None:
        return posted.astimezone(zone_of(zone)), True
    return _in_words(given, text, zone, now, day_first)


def _posted(text: str) -> datetime | None:
    """A time as letters have it: `Sat, 31 Jan 2026 08:00:00 +0000`."""
    if not re.search(r"\d\d:\d\d", text) or not re.search(r"[+-]\d{4}|\b(?:GMT|UT)\b", text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None


def _in_words(
    given: Any, text: str, zone: str, now: float, day_first: bool
) -> tuple[datetime, bool]:
    here = in_zone(now, zone)
    reading = _Reading(here, day_first)
    rest = text.lower()
    found = False
    try:
        for pattern, take in _RULES:
            match = pattern.search(rest)
            if match:
                take(reading, match)
                found = True
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        moment = reading.moment()
    except (ValueError, OverflowError, LookupError) as error:
        raise bad_time(given) from error
    if not found or _JOINING.sub("", rest):
        raise bad_time(given)
    timed = reading.clock is not None or reading.exact
    return as_local(moment, zone_of(zone)), timed


def _near(reading: _Reading, found: re.Match[str]) -> None:
    word = found["near"]
    reading.day = reading.now.date() + timedelta(days=_NEAR[word])
    if word == "now":
        reading.day, reading.exact = None, True
    elif word == "tonight":
        reading.clock = time(20)


def _now(reading: _Reading, found: re.Match[str]) -> None:
    reading.exact = True


def _away(reading: _Reading, found: re.Match[str]) -> None:
    """So long from now: `in 2 weeks`, `3 days ago`, `半小时后`."""
    amount = number(found["n"]) + (0.5 if found["half"] else 0)
    unit = found["unit"].removeprefix("个")
    name = _UNITS.get(unit) or _UNITS[unit.rstrip("s") or "s"]
    signed = -amount if found["sign"] in ("ago", "前", "以前", "之前") else amount
    reading.exact = True
    if name == "years":
        signed, name = signed * 12, "months"
    if name == "months":
        reading.months += int(signed)
        reading.away += timedelta(days=30 * (signed - int(signed)))
    else:
        reading.away += timedelta(**{name: signed})


def _weekday(reading: _Reading, found: re.Match[str]) -> None:
    """`next Friday` and 下周五 are of the next week, beginning on Monday; `Friday` is to come."""
    told = found["day"]
    wanted = _ZH_DAYS[told] if told in _ZH_DAYS else _DAYS.index(told[:3])
    which = found["which"] or ""
    today = reading.now.date()
    if not which:
        reading.day = today + timedelta(days=(wanted - today.weekday()) % 7)
        return
    monday = today - timedelta(days=today.weekday())
    weeks = _WHICH[which[0]] * len(which) if which[0] in "上下" else _WHICH[which]
    reading.day = monday + timedelta(days=wanted, weeks=weeks)


def _period(reading: _Reading, found: re.Match[str]) -> None:
    """`next month`, 去年, 下个月: the same day of it, or the day that is named."""
    told, unit = found["which"].strip(), _UNITS[found["unit"]]
    away = {"去": -1, "今": 0, "明": 1, "last": -1, "this": 0, "next": 1}.get(told)
    if away is None:
        away = _WHICH[told[0]] * len(told.rstrip("个"))
    if unit == "weeks":
        reading.day = reading.now.date() + timedelta(weeks=away)
    else:
        reading.day = plus_months(reading.now, away * (12 if unit == "years" else 1)).date()


def _day_of_month(reading: _Reading, found: re.Match[str]) -> None:
    base = reading.day or reading.now.date()
    reading.day = base.replace(day=int(number(found["d"])))


def _date(reading: _Reading, found: re.Match[str]) -> None:
    given = found.groupdict()
    day = int(number(given["d"])) if given.get("d") else 1
    name = given.get("name")
    month = _MONTHS.index(name[:3]) + 1 if name else int(number(given["m"]))
    if given.get("slash") and (month > 12 or reading.day_first) and day <= 12:
        day, month = month, day
    if given.get("y"):
        year = int(number(given["y"])) if given["y"].isascii() else _digits(given["y"])
    else:
        year = (reading.day or reading.now.date()).year
    reading.day = date(year, month, day)


def _digits(text: str) -> int:
    """A year told digit by digit: 二〇二六."""
    return int(
        "".join(str("〇一二三四五六七八九".index(each)) for each in text.replace("零", "〇"))
    )


def _clock(reading: _Reading, found: re.Match[str]) -> None:
    given = found.groupdict()
    half = given.get("half") or given.get("after")
    hour = int(number(given["h"]))
    minute = _minute(given.get("min") or "")
    second = int(number(given["s"])) if given.get("s") else 0
    if half:
        afternoon = _HALVES[half.replace(".", "")]
        if afternoon and hour < 12 and not (half == "中午" and hour == 11):
            hour += 12
        elif not afternoon and hour == 12:
            hour = 0
    if hour == 24 and not minute:
        hour, reading.away = 0, reading.away + timedelta(days=1)
    reading.clock = time(hour, minute, second)


def _minute(told: str) -> int:
    if not told:
        return 0
    return {"半": 30, "一刻": 15, "三刻": 45, "整": 0}.get(told) or (
        0 if told == "整" else int(number(told))
    )


def _part_of_day(reading: _Reading, found: re.Match[str]) -> None:
    hours = {"noon": 12, "midnight": 0, "morning": 8, "afternoon": 15, "evening": 20, "night": 22}
    word = found.group()
    reading.clock = reading.clock or time(hours.get(word) or _USUAL.get(word, 0))


def _rule(take: _Take, *parts: str) -> tuple[re.Pattern[str], _Take]:
    return re.compile("".join(parts)), take


_RULES = (
    _rule(
        _away,
        r"(?:\bin\s+)?(?P<n>\d+(?:\.\d+)?|an?|half an?|one|two|three)(?P<half>\s+and a half)?\s*",
        rf"(?P<unit>{_UNIT})\b\s*(?P<sign>ago\b|from now\b|later\b)?",
    ),
    _rule(
        _away,
        rf"(?P<n>半|{NUMBER})(?P<half>个半|(?=年半))?(?P<unit>{_ZH_UNIT})半?(?:钟)?",
        r"(?P<sign>以后|之后|后|以前|之前|前)",
    ),
    _rule(
        _date,
        rf"(?P<y>\d{{4}}|[〇零一二三四五六七八九]{{4}})年(?P<m>{NUMBER})月",
        rf"(?:(?P<d>{NUMBER})[日号]?)?",
    ),
    _rule(
        _period,
        r"(?P<which>(?:下+|上+)个?|去|今|明|last\s|this\s|next\s)",
        r"(?P<unit>年|月|year|month|week)(?!底)",
    ),
    _rule(_date, rf"(?P<m>{NUMBER})月(?:份|(?P<d>{NUMBER})[日号]?)?"),
    _rule(_date, r"(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?!\d)"),
    _rule(_date, r"(?P<slash>(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}))(?!\d)"),
    _rule(_date, r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})?(?!\d)"),
    _rule(_date, r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)"),
    _rule(
        _date,
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<name>{_MONTH})",
        r"(?:,?\s*(?P<y>\d{4}))?",
    ),
    _rule(
        _date,
        rf"(?P<name>{_MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?",
        r"(?:,?\s+(?P<y>\d{4}))?(?![\d:])",
    ),
    _rule(_date, rf"(?P<name>{_MONTH})\s+(?P<y>\d{{4}})"),
    _rule(
        _near,
        r"(?P<near>大前天|前天|大后天|后天|[昨今明](?=天|日|早|晚|晨)",
        r"|today|tomorrow|yesterday|tonight)(?:天|日)?",
    ),
    _rule(_now, r"\b(?:right\s+)?now\b|现在|此刻"),
    _rule(_weekday, rf"(?P<which>last|this|next)?\s*\b(?P<day>{_DAY})\b"),
    _rule(_weekday, r"(?P<which>[上下]+|本|这)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])"),
    _rule(_day_of_month, rf"(?P<d>{NUMBER})[号日]"),
    _rule(
        _clock,
        rf"(?P<half>{_HALF})?\s*(?P<h>{NUMBER})[点时]",
        rf"(?:钟|(?P<min>半|一刻|三刻|整|{NUMBER})分?(?:(?P<s>{NUMBER})秒)?)?",
    ),
    _rule(
        _clock,
        rf"(?P<half>{_HALF})?\s*(?P<h>\d{{1,2}}):(?P<min>\d{{2}})(?::(?P<s>\d{{2}}))?",
        r"\s*(?P<after>[ap]\.?m\b\.?)?",
    ),
    _rule(_clock, r"\b(?P<h>\d{1,2})\s*(?:(?P<after>[ap]\.?m\b\.?)|o'clock)"),
    _rule(_clock, r"(?:\bat\s+)(?P<h>\d{1,2})(?!\d|:)"),
    _rule(_part_of_day, rf"\b(?:noon|midnight|morning|afternoon|evening|night)\b|{_HALF}"),
)
"""Tried in this order; what one has read is taken out before the next is tried."""

_JOINING = re.compile(r"\b(?:at|on|the|of|in|by|t)\b|[\s,，、。.的在于]+")
"""Words that only join the others."""

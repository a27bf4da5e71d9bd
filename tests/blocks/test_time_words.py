"""Times in words, rules that repeat and working days, against other implementations of the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from luban.blocks.time.cron import cron_of
from luban.blocks.time.reading import understood
from luban.blocks.time.recurrence import recurrence_of
from luban.blocks.time.workdays import Calendar
from luban.sdk import BlockError
from luban.sdk.testing import TestContext

START = datetime.fromisoformat("2026-01-31T09:00")
NOW = TestContext.time  # Saturday, 2026-01-31 16:00 in Shanghai


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("明天下午3点", "2026-02-01T15:00:00"),
        ("2026年1月31日 下午三点半", "2026-01-31T15:30:00"),
        ("下周一上午十点", "2026-02-02T10:00:00"),
        ("上上个月", "2025-11-30T00:00:00"),
        ("一个半小时后", "2026-01-31T17:30:00"),
        ("二〇二六年十二月二十五日", "2026-12-25T00:00:00"),
        ("凌晨12点", "2026-01-31T00:00:00"),
        ("今晚8点", "2026-01-31T20:00:00"),
        ("next friday at 3pm", "2026-02-06T15:00:00"),
        ("at noon on March 3", "2026-03-03T12:00:00"),
        ("in 1.5 years", "2027-07-31T16:00:00"),
        ("3 days ago", "2026-01-28T16:00:00"),
        ("next month", "2026-02-28T00:00:00"),
        ("13/2/2026", "2026-02-13T00:00:00"),
        ("12:30 am", "2026-01-31T00:30:00"),
        ("24:00", "2026-02-01T00:00:00"),
        ("1769846400000", "2026-01-31T16:00:00"),
        ("Sat, 31 Jan 2026 08:00:00 GMT", "2026-01-31T16:00:00"),
    ],
)
def test_words_mean_a_moment(text: str, meant: str) -> None:
    moment, _ = understood(text, "Asia/Shanghai", NOW)
    assert moment.isoformat() == f"{meant}+08:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "tomorrow maybe",
        "31 Feb 2026",
        "99999年后",
        "25:00",
        "每天",
        "9" * 500,
        True,
        None,
    ],
)
def test_what_is_no_time_is_told(text: Any) -> None:
    with pytest.raises(BlockError) as told:
        understood(text, "UTC", NOW)
    assert told.value.code == "bad_time"


@given(text=st.text("明天下周一二三点半月日号年前后0123456789:/-. apmindystor", max_size=30))
def test_any_text_is_a_time_or_told(text: str) -> None:
    try:
        understood(text, "UTC", NOW)
    except BlockError as told:
        assert told.code == "bad_time"  # noqa: PT017  what it gives else is anybody's guess


BY_DAY = st.sampled_from(["MO", "TU,TH", "SA,SU", "WE"])
PLACED = st.sampled_from(["-1FR", "2MO", "1SU,3SU", "-2WE"])


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 4))}")
    if draw(st.booleans()):
        placed = frequency in ("MONTHLY", "YEARLY") and draw(st.booleans())
        parts.append(f"BYDAY={draw(PLACED if placed else BY_DAY)}")
    elif frequency != "WEEKLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from(['1', '-1', '15,31', '29']))}")
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(st.sampled_from(['2', '1,7', '12']))}")
    if draw(st.booleans()):
        parts.append(f"BYHOUR={draw(st.sampled_from(['9', '8,20']))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 5))}")
    return ";".join(parts)


@settings(max_examples=60, deadline=None)
@given(rule=rules(), days=st.integers(0, 800))
def test_rules_come_when_dateutil_says(rule: str, days: int) -> None:
    start = datetime.fromisoformat("2024-01-31T10:30") + timedelta(days=days)
    theirs: Any = rrulestr(rule, dtstart=start)
    after = start - timedelta(seconds=1)
    wanted = list(islice(theirs.xafter(after), 4))
    assert list(islice(recurrence_of(rule, start).after(after), 4)) == wanted


def test_positions_and_ends_of_rules() -> None:
    last = "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;UNTIL=20260401"
    found = [each.date().isoformat() for each in recurrence_of(last, START).after(START)]
    assert found == ["2026-02-27", "2026-03-31"]
    assert list(recurrence_of("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", START).after(START)) == []


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 9 * * 1-5", ["02-02T09:00", "02-03T09:00"]),
        ("*/30 8-9 1 * *", ["02-01T08:00", "02-01T08:30"]),
        ("0 0 13 * fri", ["02-06T00:00", "02-13T00:00"]),
        ("15 7 * mar sun", ["03-01T07:15", "03-08T07:15"]),
        ("@monthly", ["02-01T00:00", "03-01T00:00"]),
        ("5/20 0 1 2 7", ["02-01T00:05", "02-01T00:25"]),
    ],
)
def test_cron_lines(line: str, days: list[str]) -> None:
    found = list(islice(cron_of(line).after(START + timedelta(hours=7)), 2))
    assert [each.isoformat()[5:16] for each in found] == days


@pytest.mark.parametrize(
    "line", ["", "* * * *", "60 * * * *", "* * 0 * *", "*/0 * * * *", "5-1 * * * *", "x * * * *"]
)
def test_what_is_no_cron_line_is_told(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cron_of(line)


DATES = st.dates(date(2025, 1, 1), date(2027, 1, 1))


@given(start=DATES, end=DATES, off=st.frozensets(DATES, max_size=3), on=st.frozensets(DATES))
def test_working_days_are_those_one_would_count(
    start: date, end: date, off: frozenset[date], on: frozenset[date]
) -> None:
    calendar = Calendar(off - on, on)
    days = [min(start, end) + timedelta(days=at) for at in range(abs((end - start).days))]
    counted = sum(map(calendar.works, days))
    assert abs(calendar.between(start, end)) == counted
    later = calendar.after(start, 7)
    assert calendar.between(start + timedelta(days=1), later + timedelta(days=1)) == 7
    assert calendar.works(later)

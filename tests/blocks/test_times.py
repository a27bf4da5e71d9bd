"""Times in their zones and languages, also around summer time and the ends of the calendar."""

from __future__ import annotations

from typing import Any

import pytest

from luban.blocks.time.format import Format
from luban.blocks.time.now import Now
from luban.sdk import BlockError
from luban.sdk.testing import TestContext, run_block

SUMMER_TIME_EVE = 1774692000.0  # 2026-03-28 10:00 UTC; in Berlin the next night is an hour short


async def now(time: float = TestContext.time, **options: Any) -> dict[str, Any]:
    got = await run_block(Now, TestContext(time=time), **options)
    return {pin: value for pin, (value,) in got.items()}


@pytest.mark.parametrize(
    ("zone", "iso"),
    [
        ("Asia/Shanghai", "2026-01-31T16:00:00+08:00"),
        ("+8", "2026-01-31T16:00:00+08:00"),
        ("UTC+08:00", "2026-01-31T16:00:00+08:00"),
        ("-0330", "2026-01-31T04:30:00-03:30"),
        (" utc ", "2026-01-31T08:00:00+00:00"),
    ],
)
async def test_a_zone_is_a_name_or_an_offset(zone: str, iso: str) -> None:
    assert (await now(zone=zone))["iso"] == iso


async def test_the_zone_of_this_computer_is_the_same_moment() -> None:
    assert (await now())["timestamp"] == TestContext.time


@pytest.mark.parametrize("zone", ["+15", "Mars/Base", "../etc/passwd", "a\0b", "北京", "/etc"])
async def test_another_zone_is_told(zone: str) -> None:
    with pytest.raises(BlockError) as told:
        await now(zone=zone)
    assert told.value.code == "unknown_zone"
    assert "时区" in told.value.message_zh


async def test_tomorrow_is_at_the_same_time_of_day() -> None:
    today = await now(SUMMER_TIME_EVE, zone="Europe/Berlin")
    tomorrow = await now(SUMMER_TIME_EVE, zone="Europe/Berlin", days=1)
    assert (today["time"], tomorrow["time"]) == ("11:00:00", "11:00:00")
    assert tomorrow["date"] == "2026-03-29"
    assert tomorrow["timestamp"] - today["timestamp"] == 23 * 3600


async def test_the_calendar_has_ends() -> None:
    assert (await now(days=-366_000, zone="UTC"))["date"] == "1024-01-05"
    with pytest.raises(BlockError) as told:
        await now(time=253_402_300_000.0, days=2, zone="UTC")
    assert told.value.code == "invalid_value"


@pytest.mark.parametrize(
    ("language", "format", "text"),
    [
        ("zh", "%a %b%-d日 %p%I:%M", "周六 1月31日 上午08:00"),
        ("zh", "%B", "一月"),
        ("en", "%a %b %-d, %p %I:%M", "Sat Jan 31, AM 08:00"),
        ("en", "%j %V %u %y %f", "031 05 6 26 000000"),
        ("en", "100%% %", "100% %"),
        ("en", "datetime", "2026-01-31 08:00:00"),
        ("zh", "date", "2026-01-31"),
    ],
)
async def test_names_come_in_the_language_asked_for(language: str, format: str, text: str) -> None:
    assert (await now(zone="UTC", language=language, format=format))["text"] == text


async def test_an_unknown_code_is_told() -> None:
    with pytest.raises(BlockError, match="%Q") as told:
        await now(format="%Q")
    assert told.value.code == "bad_format"


@pytest.mark.parametrize(
    ("time", "zone", "iso"),
    [
        ("2026-01-31", "Asia/Shanghai", "2026-01-31T00:00:00+08:00"),
        ("2026-01-31T08:00+02:00", "Asia/Shanghai", "2026-01-31T14:00:00+08:00"),
        (0, "+08:00", "1970-01-01T08:00:00+08:00"),
        (-1.5, "UTC", "1969-12-31T23:59:58+00:00"),
    ],
)
async def test_a_time_is_shown_in_a_zone(time: Any, zone: str, iso: str) -> None:
    assert (await run_block(Format, time=time, zone=zone, format="iso"))["text"] == [iso]


@pytest.mark.parametrize("time", ["soon", "", True, None, [], 1e30, "2026-13-01"])
async def test_what_is_no_time_is_told(time: Any) -> None:
    with pytest.raises(BlockError) as told:
        await run_block(Format, time=time, zone="UTC")
    assert told.value.code == "bad_time"
    assert str(told.value) != told.value.message_zh

"""A time read from what people write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from luban.blocks.time.moments import MomentOutput, as_local, parts, zone_of
from luban.blocks.time.reading import understood
from luban.sdk import Block, BlockError, BlockInput, Context, Effect, Example, Field
from luban.sdk.values import show

_SATURDAY = {
    "iso": "2026-01-31T16:00:00+08:00",
    "date": "2026-01-31",
    "time": "16:00:00",
    "weekday": 6,
    "timestamp": 1769846400.0,
}


class Parse(Block):
    """Reads a time as people and programs write it: `next Friday at 3pm`, 明天下午3点, RFC 2822.

    What is relative counts from now.
    """

    id = "time.parse"
    title = "Read a time"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-search"
    keywords = ("parse", "date", "natural language", "tomorrow", "rfc 2822", "unix", "timestamp")

    class Input(BlockInput):
        text: Any = Field(
            title="Time",
            description="Such as `in 3 days`, 下周一上午十点, 31 Jan 2026, or seconds since 1970.",
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Of times that name none: Asia/Shanghai, UTC or +08:00; `local` is this "
            "computer's.",
        )
        pattern: str = Field(
            "",
            title="Pattern",
            description="How it is written, such as `%d/%m/%y %H:%M`; empty finds out.",
            advanced=True,
        )
        day_first: bool = Field(
            True,
            title="Day before month",
            description="Whether 1/2/2026 is the first of February.",
            advanced=True,
        )

    class Output(MomentOutput):
        timed: bool = Field(
            title="Has a time", description="Whether it names a time of day, not only a day."
        )

    examples = (
        Example({"text": "今天下午4点", "zone": "Asia/Shanghai"}, {**_SATURDAY, "timed": True}),
        Example({"text": "1769846400", "zone": "+08:00"}, {**_SATURDAY, "timed": True}),
        Example(
            {"text": "Sat, 31 Jan 2026 08:00:00 +0000", "zone": "+8"},
            {**_SATURDAY, "timed": True},
        ),
        Example({"text": "now", "zone": "+8"}, {**_SATURDAY, "timed": True}),
        Example(
            {"text": "in 3 days", "zone": "UTC"},
            {
                "iso": "2026-02-03T08:00:00+00:00",
                "date": "2026-02-03",
                "time": "08:00:00",
                "weekday": 2,
                "timestamp": 1770105600.0,
                "timed": True,
            },
        ),
        Example(
            {"text": "2026年1月31日", "zone": "UTC"},
            {
                "iso": "2026-01-31T00:00:00+00:00",
                "date": "2026-01-31",
                "time": "00:00:00",
                "weekday": 6,
                "timestamp": 1769817600.0,
                "timed": False,
            },
        ),
        Example(
            {"text": "31/01/26 16h", "pattern": "%d/%m/%y %Hh", "zone": "+8"},
            {**_SATURDAY, "timed": True},
        ),
        Example({"text": "soon"}, {"error": {"code": "bad_time"}}),
        Example({"text": "31.", "pattern": "%d/%m"}, {"error": {"code": "bad_time"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if input.pattern:
            moment, timed = _by_pattern(str(input.text), input), "%H" in input.pattern
        else:
            moment, timed = understood(input.text, input.zone, ctx.now(), day_first=input.day_first)
        return {**parts(moment), "timed": timed}


def _by_pattern(text: str, input: Parse.Input) -> datetime:
    place = zone_of(input.zone)
    try:
        moment = datetime.strptime(text.strip(), input.pattern)  # noqa: DTZ007  its zone follows
    except ValueError as error:
        raise BlockError(
            f"{show(text)} is not written as {show(input.pattern)}. Change the pattern, or leave "
            "it empty.",
            zh=f"{show(text)} 不符合 {show(input.pattern)} 的写法。请修改格式，或留空。",
            code="bad_time",
        ) from error
    return as_local(moment, place) if moment.tzinfo is None else moment.astimezone(place)

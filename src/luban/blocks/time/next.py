"""When a rule that repeats comes next."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import islice
from typing import Any

from luban.blocks.time.cron import cron_of
from luban.blocks.time.moments import as_local, zone_of
from luban.blocks.time.reading import understood
from luban.blocks.time.recurrence import REACH, recurrence_of
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.values import show

_LONGEST_RULE = 1000


class Next(Block):
    """Works out when a cron line or an RRULE comes next: working days at nine, last Fridays."""

    id = "time.next"
    title = "Next time of a rule"
    category = "time"
    effect = Effect.NONE
    icon = "calendar-sync"
    keywords = ("cron", "rrule", "schedule", "recurrence", "recurring", "occurrence", "repeat")

    class Input(BlockInput):
        rule: str = Field(
            min_length=1,
            title="Rule",
            description="Cron, such as `0 9 * * 1-5`, or RRULE, such as "
            "`FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0`.",
        )
        after: Any = Field("now", title="After", description="The times come after this one.")
        count: int = Field(1, ge=1, le=1000, title="How many", description="Of the next times.")
        zone: str = Field(
            "local",
            title="Time zone",
            description="Whose clock the rule means; `local` is this computer's.",
        )

    class Output(BlockOutput):
        next: str = Field(title="Next", description="The first time after.", main=True)
        times: list[str] = Field(title="All", description="As many as were asked for.")
        seconds: float = Field(title="Seconds", description="From now until the first; at least 0.")

    examples = (
        Example(
            {"rule": "0 9 * * 1-5", "count": 2, "zone": "Asia/Shanghai"},
            {
                "next": "2026-02-02T09:00:00+08:00",
                "times": ["2026-02-02T09:00:00+08:00", "2026-02-03T09:00:00+08:00"],
                "seconds": 147600.0,
            },
        ),
        Example(
            {"rule": "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "zone": "UTC"},
            {
                "next": "2026-02-27T09:00:00+00:00",
                "times": ["2026-02-27T09:00:00+00:00"],
                "seconds": 2336400.0,
            },
        ),
        Example({"rule": "0 9 * *"}, {"error": {"code": "bad_rule"}}),
        Example({"rule": "FREQ=SECONDLY"}, {"error": {"code": "bad_rule"}}),
        Example({"rule": "0 0 30 2 *"}, {"error": {"code": "never"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        now = ctx.now()
        place = zone_of(input.zone)
        after = understood(input.after, input.zone, now)[0].replace(tzinfo=None)
        try:
            found = await asyncio.to_thread(_times, input.rule.strip(), after, input.count)
        except (ValueError, TypeError, OverflowError) as error:
            raise BlockError(
                f"{show(input.rule)} is no rule: {error}. Write cron such as `0 9 * * 1-5`, or "
                "RRULE such as `FREQ=WEEKLY;BYDAY=MO`.",
                zh=f"{show(input.rule)} 不是有效的规则：{error}。请写 cron（如 `0 9 * * 1-5`）"
                "或 RRULE（如 `FREQ=WEEKLY;BYDAY=MO`）。",
                code="bad_rule",
            ) from error
        if not found:
            raise BlockError(
                f"The rule {show(input.rule)} does not come again after {after}.",
                zh=f"规则 {show(input.rule)} 在 {after} 之后不会再出现。",
                code="never",
            )
        moments = [as_local(each, place) for each in found]
        times = [moment.isoformat(timespec="seconds") for moment in moments]
        seconds = max(0.0, moments[0].timestamp() - now)
        return {"next": times[0], "times": times, "seconds": seconds}


def _times(rule: str, after: datetime, count: int) -> list[datetime]:
    if "FREQ=" not in rule.upper():
        return list(islice(cron_of(rule).after(after), count))
    if len(rule) > _LONGEST_RULE:
        raise ValueError("it is too long")
    found = recurrence_of(rule, after.replace(second=0, microsecond=0))
    if (after - found.start).days > REACH:
        raise ValueError("it begins too long ago")
    return list(islice(found.after(after), count))

"""A value that goes on later."""

from __future__ import annotations

from typing import Any

from luban.blocks.time.reading import understood
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Effect, Example, Field


class Delay(Block):
    """Lets a value go on after some seconds, or at a moment; if both are given, at the later one.

    A long delay holds neither worker nor memory, and outlives restarts.
    """

    id = "flow.delay"
    title = "Delay"
    category = "flow"
    effect = Effect.NONE
    icon = "timer"
    keywords = ("wait", "sleep", "pause", "later", "until", "remind", "timer")

    class Input(BlockInput):
        value: Any = Field(None, title="Value", description="What goes on; link what comes before.")
        seconds: float | None = Field(
            None,
            ge=0,
            allow_inf_nan=False,
            title="Seconds",
            description="How long to wait; a day is 86400.",
        )
        until: Any = Field(
            None,
            title="Until",
            description="When to go on, such as 2026-01-31T08:00, `tomorrow 9am` or 明早八点; at "
            "once if that is over.",
        )
        zone: str = Field(
            "local",
            title="Time zone",
            description="Of Until, if it names none: Asia/Shanghai, UTC or +08:00; `local` is this "
            "computer's.",
            advanced=True,
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The value, when the time has come.")

    examples = (
        Example({"value": "tea", "seconds": 240}, {"value": "tea"}),
        Example(
            {"value": 1, "until": "2026-01-31T18:00", "zone": "Asia/Shanghai"},
            {"value": 1},
        ),
        Example({"until": "2020-01-01", "zone": "UTC"}, {"value": None}),
        Example({"value": 2, "until": "明早八点", "zone": "UTC"}, {"value": 2}),
        Example({"value": "tea"}, {"error": {"code": "no_time"}}),
        Example({"until": "soon"}, {"error": {"code": "bad_time"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        if input.seconds is None and input.until is None:
            raise BlockError(
                "Nothing says how long to wait. Fill Seconds or Until.",
                zh="没有说明要等多久。请填写“秒数”或“直到”。",
                code="no_time",
            )
        seconds = input.seconds or 0.0
        if input.until is not None:
            moment, _ = understood(input.until, input.zone, ctx.now())
            seconds = max(seconds, moment.timestamp() - ctx.now())
        await ctx.sleep(seconds)
        return {"value": input.value}

"""A value that comes again and again."""

from __future__ import annotations

from typing import Any

from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    Example,
    Field,
)

_LONGEST = 10 * 366 * 86400.0


class Timer(Block):
    """Sends a value after a time, once or several times at equal distances.

    Waiting holds neither worker nor memory, and outlives restarts. To begin at a moment, see Delay.
    """

    id = "flow.timer"
    title = "Timer"
    category = "flow"
    effect = Effect.NONE
    icon = "alarm-clock"
    keywords = ("countdown", "interval", "repeat", "tick", "every", "sleep", "wait")

    class Input(BlockInput):
        value: Any = Field("timer finished", title="Value", description="What is sent.")
        seconds: float = Field(0, ge=0, title="Seconds", description="Added to the others.")
        minutes: float = Field(0, ge=0, title="Minutes", description="Added to the others.")
        hours: float = Field(0, ge=0, title="Hours", description="Added to the others.")
        days: float = Field(0, ge=0, title="Days", description="Of 24 hours.")
        repeat: int = Field(
            1, ge=1, le=10_000, title="Times", description="How often, so far apart each."
        )

    class Output(BlockOutput):
        value: Any = Emit("The value, each time.", title="Value", main=True)
        number: int = Emit("Which time it is, from 1.", title="Number")

    examples = (
        Example({"seconds": 1}, {"value": ["timer finished"], "number": [1]}),
        Example(
            {"value": "茶", "minutes": 4, "repeat": 2}, {"value": ["茶", "茶"], "number": [1, 2]}
        ),
        Example({"days": 4000}, {"error": {"code": "too_long"}}),
    )

    async def run(self, input: Input, ctx: Context):
        pause = input.seconds + 60 * input.minutes + 3600 * input.hours + 86400 * input.days
        if not pause * input.repeat <= _LONGEST:
            raise BlockError(
                "That is longer than ten years. Choose a shorter time, or a schedule.",
                zh="时间超过十年。请缩短时间，或使用定时触发。",
                code="too_long",
            )
        for number in range(1, input.repeat + 1):
            if pause:
                await ctx.sleep(pause)
            yield "value", input.value
            yield "number", number

"""A message to the run, waited for by its name."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class WaitForSignal(Block):
    """Waits until the run is sent a signal of this name, and gives what it brings.

    A signal that comes earlier is kept. Waiting holds neither worker nor memory.
    """

    id = "flow.signal"
    title = "Wait for a signal"
    category = "flow"
    effect = Effect.IDEMPOTENT
    icon = "mail"
    keywords = ("message", "event", "callback", "resume", "external", "receive")

    class Input(BlockInput):
        name: str = Field(
            min_length=1, title="Name", description="Which signals to wait for, such as `paid`."
        )
        value: Any = Field(
            None,
            title="Value",
            description="What goes on when the signal comes; link what comes before.",
        )
        timeout: float | None = Field(
            None,
            gt=0,
            allow_inf_nan=False,
            title="Time limit",
            description="Seconds, after which the step fails; empty waits for ever.",
        )

    class Output(BlockOutput):
        data: Any = Field(title="Data", description="What the signal brings.")
        value: Any = Field(title="Value", description="The value, when the signal has come.")

    examples = (
        Example(
            {"name": "paid", "value": "order 7"},
            {"data": {"sum": 5}, "value": "order 7"},
            {"signals": {"paid": [{"sum": 5}]}},
        ),
        Example(
            {"name": "paid", "timeout": 3600},
            {"error": {"code": "wait_timed_out"}},
            {"signals": {"paid": [TimeoutError]}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        data = await ctx.wait_for(input.name, timeout=input.timeout)
        return {"data": data, "value": input.value}

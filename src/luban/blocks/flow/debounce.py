"""The last of many that come soon after each other."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Debounce(Block):
    """Waits until nothing new has come for a while, and lets only the last value through.

    It counts over all runs: of ten messages in a minute, nine runs end here and one goes on.
    """

    id = "flow.debounce"
    title = "Debounce"
    category = "flow"
    effect = Effect.IDEMPOTENT
    icon = "hourglass"
    keywords = ("quiet", "settle", "burst", "latest", "wait", "group")

    class Input(BlockInput):
        value: Any = Field(None, title="Value", description="What goes on if nothing newer comes.")
        seconds: float = Field(
            10, gt=0, le=31_622_400, title="Quiet for", description="Seconds without a newer one."
        )
        key: str = Field(
            "", title="Key", description="What belongs together, such as a customer's id."
        )
        scope: Literal["agent", "user"] = Field(
            "agent", title="Counted over", description="The runs of this agent, or all of yours."
        )

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The last one.", main=True)
        superseded: Any = Field(
            title="Superseded", description="Given instead, when a newer one came meanwhile."
        )

    examples = (Example({"value": "a", "seconds": 5, "key": "k"}, {"value": "a"}),)

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        key, mine = f"debounce:{input.key}", ctx.idempotency_key
        await ctx.state.update(key, lambda _: mine, scope=input.scope, once=mine)
        await ctx.sleep(input.seconds)
        last = await ctx.state.get(key, scope=input.scope)
        return {"value" if last == mine else "superseded": input.value}

"""A line in the run's log."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field
from luban.sdk.values import PinKind, PinType, coerce, show


class Log(Block):
    """Writes a value into the log of the run, and lets it pass."""

    id = "io.log"
    title = "Write to the log"
    category = "output"
    effect = Effect.NONE
    icon = "terminal"
    keywords = ("print", "console", "debug", "trace", "message")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="What to write down.")
        label: str = Field("", title="Label", description="Written before it, such as a name.")

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The same value.", main=True)
        status: str = Field(title="Status", description="`printed`, as soon as it is written.")

    examples = (
        Example({"value": "memo"}, {"value": "memo", "status": "printed"}),
        Example({"value": {"a": 1}, "label": "订单"}, {"value": {"a": 1}, "status": "printed"}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        text = "" if input.value is None else coerce(input.value, PinType(PinKind.TEXT))
        ctx.log(f"{input.label}: {show(text)}" if input.label else show(text))
        return {"value": input.value, "status": "printed"}

"""A kept number counted up."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.scopes import Scope, key_field, scope_field, writable
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    Number,
)


class Increment(Block):
    """Counts a kept number up or down, also when many runs do so at once.

    A step that is tried again counts only once.
    """

    id = "storage.increment"
    title = "Count up"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "circle-plus"
    keywords = ("counter", "increment", "add", "state", "number", "sequence")

    class Input(BlockInput):
        key: str = key_field("Of the number.")
        by: Number = Field(1, title="By", description="How much; less than 0 counts down.")
        start: Number = Field(0, title="Start", description="What to count from at first.")
        scope: Scope = scope_field()

    class Output(BlockOutput):
        value: Number = Field(title="Value", description="The number after counting.")

    examples = (
        Example({"key": "n"}, {"value": 1}),
        Example({"key": "n", "by": -0.5}, {"value": 2.0}, {"state": {"n": 2.5}}),
        Example({"key": "n"}, {"error": {"code": "not_a_number"}}, {"state": {"n": "many"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        def counted(value: Any) -> Any:
            if value is None:
                value = input.start
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise BlockError(
                    f"Under `{input.key}` there is no number but {value!r:.60}. Count under "
                    "another key.",
                    zh=f"“{input.key}”下保存的不是数字，而是 {value!r:.60}。请换一个键计数。",
                    code="not_a_number",
                )
            return value + input.by

        value = await ctx.state.update(
            writable(input.key), counted, scope=input.scope, once=ctx.idempotency_key
        )
        return {"value": value}

"""A value that an earlier run kept."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.scopes import Scope, key_field, scope_field
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Recall(Block):
    """Gives what was kept under a key, by this agent or by any, or a default."""

    id = "storage.recall"
    title = "Recall"
    category = "storage"
    effect = Effect.IDEMPOTENT
    static = True
    icon = "bookmark"
    keywords = ("retrieve", "load", "memory", "state", "key", "value", "variable")

    class Input(BlockInput):
        key: str = key_field("What it was kept under.")
        scope: Scope = scope_field()
        default: Any = Field(None, title="Default", description="If nothing was kept.")

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What was kept, or the default.")

    examples = (
        Example({"key": "absent", "default": "d"}, {"value": "d"}),
        Example({"key": "k"}, {"value": [1, 2]}, {"state": {"k": [1, 2]}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        value = await ctx.state.get(input.key, scope=input.scope)
        return {"value": input.default if value is None else value}

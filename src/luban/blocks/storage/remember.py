"""A value kept for later runs."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.scopes import Scope, key_field, scope_field, writable
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Remember(Block):
    """Keeps a value under a key, for later runs of this agent or for all agents."""

    id = "storage.remember"
    title = "Remember"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "bookmark-plus"
    keywords = ("persist", "store", "save", "memory", "state", "key", "value", "variable")

    class Input(BlockInput):
        key: str = key_field("What to keep it under.")
        value: Any = Field(title="Value", description="What to keep.")
        scope: Scope = scope_field()

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="What was kept.")

    examples = (
        Example({"key": "k", "value": {"a": 1}}, {"value": {"a": 1}}),
        Example({"key": "城市", "value": "北京", "scope": "user"}, {"value": "北京"}),
        Example({"key": "approvals/agent", "value": []}, {"error": {"code": "key_reserved"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        await ctx.state.set(writable(input.key), input.value, scope=input.scope)
        return {"value": input.value}

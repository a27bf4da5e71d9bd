"""A kept value taken away."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.scopes import Scope, key_field, scope_field, writable
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class Forget(Block):
    """Takes away what was kept under a key."""

    id = "storage.forget"
    title = "Forget"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "bookmark-x"
    keywords = ("delete", "remove", "clear", "memory", "state", "key")

    class Input(BlockInput):
        key: str = key_field("What it was kept under.")
        scope: Scope = scope_field()

    class Output(BlockOutput):
        forgotten: bool = Field(title="Forgotten", description="Whether something was there.")

    examples = (
        Example({"key": "k"}, {"forgotten": True}, {"state": {"k": 1}}),
        Example({"key": "absent"}, {"forgotten": False}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        return {"forgotten": await ctx.state.delete(writable(input.key), scope=input.scope)}

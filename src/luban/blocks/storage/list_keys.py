"""What is kept, by its keys."""

from __future__ import annotations

from typing import Any

from luban.blocks.storage.scopes import LONGEST_KEY, Scope, scope_field
from luban.sdk import (
    Block,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
)


class ListKeys(Block):
    """Lists the keys something is kept under, in order of their letters."""

    id = "storage.list_keys"
    title = "List keys"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "library"
    keywords = ("memory", "state", "keys", "list", "prefix")

    class Input(BlockInput):
        prefix: str = Field(
            "", title="Beginning", description="Of the keys to list.", max_length=LONGEST_KEY
        )
        scope: Scope = scope_field()
        most: int = Field(1000, ge=1, le=10_000, title="Most keys", description="To list.")

    class Output(BlockOutput):
        keys: list[str] = Field(title="Keys", description="All of them as a list.", main=True)
        count: int = Field(title="Count", description="How many there are.")

    examples = (
        Example(
            {"prefix": "user."},
            {"keys": ["user.a", "user.b"], "count": 2},
            {"state": {"user.b": 1, "user.a": 2, "other": 3}},
        ),
        Example({}, {"keys": [], "count": 0}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        keys = await ctx.state.keys(input.prefix, limit=input.most, scope=input.scope)
        return {"keys": keys, "count": len(keys)}

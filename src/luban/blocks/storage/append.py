"""A list that is kept, and grows."""

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
)


class Append(Block):
    """Adds to a kept list, such as the last messages; the oldest go when it is long.

    A step that is tried again adds only once. For more than some hundred entries use a table.
    """

    id = "storage.append"
    title = "Add to kept list"
    category = "storage"
    effect = Effect.IDEMPOTENT
    icon = "list-plus"
    keywords = ("list", "history", "append", "push", "state", "memory", "last")

    class Input(BlockInput):
        key: str = key_field("Of the list.")
        item: Any = Field(title="Entry", description="What to add at the end.")
        keep: int = Field(
            100, ge=1, le=10_000, title="Keep", description="How many of the last entries stay."
        )
        scope: Scope = scope_field()

    class Output(BlockOutput):
        items: list[Any] = Field(title="List", description="The list after adding.", main=True)
        count: int = Field(title="Count", description="How many entries it has.")

    examples = (
        Example(
            {"key": "last", "item": "c", "keep": 2},
            {"items": ["b", "c"], "count": 2},
            {"state": {"last": ["a", "b"]}},
        ),
        Example({"key": "last", "item": 1}, {"items": [1], "count": 1}),
        Example({"key": "n", "item": 1}, {"error": {"code": "not_a_list"}}, {"state": {"n": 5}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        def longer(value: Any) -> Any:
            if value is not None and not isinstance(value, list):
                raise BlockError(
                    f"Under `{input.key}` there is no list but {value!r:.60}. Use another key.",
                    zh=f"“{input.key}”下保存的不是列表，而是 {value!r:.60}。请换一个键。",
                    code="not_a_list",
                )
            return [*(value or []), input.item][-input.keep :]

        items = await ctx.state.update(
            writable(input.key), longer, scope=input.scope, once=ctx.idempotency_key
        )
        return {"items": items, "count": len(items)}

"""Memories deleted."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.memory_pins import Scope, memory_scope_pin
from luban.forge.memory import LongTermMemory
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field

_TWO = {"documents": {"memory": [{"id": "m_1", "text": "a"}, {"id": "m_2", "text": "b"}]}}


class Forget(Block):
    """Deletes memories by their ids, as Recall from memory gives them."""

    id = "ai.forget"
    title = "Forget in memory"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "eraser"
    keywords = ("memory", "delete", "remove", "facts", "agent", "privacy")

    class Input(BlockInput):
        ids: list[str] = Field(title="Ids", description="Of the memories.", min_length=1)
        scope: Scope = memory_scope_pin()

    class Output(BlockOutput):
        forgotten: int = Field(title="Forgotten", description="How many went.")

    examples = (
        Example({"ids": ["m_1", "m_9"]}, {"forgotten": 1}, _TWO),
        Example({"ids": ["m_1"], "scope": "user"}, {"forgotten": 0}, _TWO),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        memory = LongTermMemory(ctx, input.scope)
        return {"forgotten": await memory.forget(input.ids, key="forget")}

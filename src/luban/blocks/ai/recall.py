"""What the memory knows of a question."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from luban.blocks.ai.memory_pins import (
    Scope,
    embedding_model_pin,
    memory_note_out,
    memory_scope_pin,
)
from luban.forge.memory import LongTermMemory
from luban.forge.memory.long_term import Limits
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field

_TEA = {
    "documents": {
        "memory": [
            {
                "id": "m_1",
                "text": "Ada drinks tea",
                "metadata": {
                    "kind": "preference",
                    "about": "drinks",
                    "said_by": "user",
                    "trusted": True,
                },
            }
        ]
    }
}


class Recall(Block):
    """Gives the few memories that fit a question, or nothing when none fits.

    With a model for vectors it looks by words and by meaning, else by words alone and says so. The
    text is for a prompt: link it to the values of a question to a model, where it takes no room
    when it is empty.
    """

    id = "ai.recall"
    title = "Recall from memory"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "lightbulb"
    keywords = ("memory", "facts", "context", "rag", "search", "long term", "agent", "know")

    class Input(BlockInput):
        question: str = Field(
            title="Question", description="What something is to be known about.", widget="textarea"
        )
        limit: int = Field(6, ge=1, le=50, title="Most memories", description="To give.")
        tokens: int = Field(
            600,
            ge=20,
            le=20_000,
            title="Most tokens",
            description="How many model tokens they may take together.",
            advanced=True,
        )
        scope: Scope = memory_scope_pin()
        model: str = embedding_model_pin()

    class Output(BlockOutput):
        text: str = Field(
            title="Text", description="The memories in lines, for a prompt; empty if none fits."
        )
        memories: list[dict[str, Any]] = Field(
            title="Memories",
            description="Each with `id text kind about said_by trusted run created_at` and more.",
            main=True,
        )
        count: int = Field(title="Count", description="How many fit.")
        note: str = memory_note_out()

    examples = (
        Example({"question": "Who drinks tea?"}, {"text": "", "memories": [], "count": 0}),
        Example(
            {"question": "Repair the roof", "model": "none"},
            {"text": "", "memories": [], "count": 0},
            _TEA,
        ),
        Example(
            {"question": "What does Ada drink?", "model": "none"},
            {
                "text": "[m_1, preference, said by the user] Ada drinks tea",
                "memories": [
                    {
                        "text": "Ada drinks tea",
                        "id": "m_1",
                        "kind": "preference",
                        "about": "drinks",
                        "importance": 0.5,
                        "said_by": "user",
                        "trusted": True,
                        "agent": "",
                        "run": "",
                        "node": "",
                        "thread": "",
                        "created_at": 1769846400.0,
                        "updated_at": 1769846400.0,
                        "superseded_by": "",
                        "times": 1,
                        "uses": 1,
                        "used_at": 1769846400.0,
                        "embedded": "",
                    }
                ],
                "count": 1,
            },
            _TEA,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        limits = Limits(most=input.limit, tokens=input.tokens)
        memory = LongTermMemory(ctx, input.scope, model=input.model, limits=limits)
        found = await memory.recall(input.question, key="recall")
        note = {"note": found.note} if found.note else {}
        return {
            "text": "\n".join(found.lines),
            "memories": [asdict(each) for each in found.memories],
            "count": len(found.memories),
            **note,
        }

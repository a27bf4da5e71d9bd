"""Something kept in the memory."""

from __future__ import annotations

from typing import Any

from luban.blocks.ai.memory_pins import (
    Scope,
    embedding_model_pin,
    memory_note_out,
    memory_scope_pin,
)
from luban.forge.memory import LongTermMemory, MemoryKind, Remembered, Speaker
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


class Remember(Block):
    """Keeps something in the memory, for later runs of this agent or for all agents.

    What is known already is not kept twice, and what is about the same thing takes the place of
    what was said before. Agents with a memory, and Recall from memory, find it again.
    """

    id = "ai.remember"
    title = "Remember in memory"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "brain"
    keywords = ("memory", "fact", "preference", "learn", "store", "long term", "agent")

    class Input(BlockInput):
        text: str = Field(
            title="Text",
            description="One thing, in a sentence that stands by itself.",
            widget="textarea",
        )
        kind: MemoryKind = Field(
            "fact",
            title="Kind",
            description="What is so, what somebody wants, what happened, or anything else.",
        )
        about: str = Field(
            "",
            title="About",
            description="Who or what it is about; of the same, the latest counts.",
        )
        importance: float = Field(
            0.5,
            ge=0,
            le=1,
            title="Importance",
            description="0 is forgotten first, 1 last.",
            advanced=True,
        )
        said_by: Speaker = Field(
            "user", title="Said by", description="Who it comes from.", advanced=True
        )
        trusted: bool = Field(
            True,
            title="Trusted",
            description="Off for texts of others, such as web pages: they are marked, and change "
            "nothing that is trusted.",
        )
        scope: Scope = memory_scope_pin()
        keep: int = Field(
            1000,
            ge=1,
            le=100_000,
            title="Most memories",
            description="Beyond it the least useful are forgotten.",
            advanced=True,
        )
        model: str = embedding_model_pin()

    class Output(BlockOutput):
        id: str = Field(title="Id", description="Of the memory.", main=True)
        outcome: str = Field(
            title="Outcome", description="`new`, `known`, `updated` or `replaced`."
        )
        forgotten: list[str] = Field(
            title="Forgotten", description="Ids of those that went for it."
        )
        note: str = memory_note_out()

    examples = (
        Example(
            {"text": "Ada drinks tea", "model": "none"},
            {"id": "m_1", "outcome": "known", "forgotten": []},
            _TEA,
        ),
        Example(
            {"text": "ada drinks tea!", "model": "none"},
            {"id": "m_1", "outcome": "updated", "forgotten": []},
            _TEA,
        ),
        Example({"text": "  "}, {"error": {"code": "nothing_to_remember"}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        memory = LongTermMemory(ctx, input.scope, model=input.model, limits=Limits(keep=input.keep))
        told = Remembered(
            input.text,
            kind=input.kind,
            about=input.about,
            importance=input.importance,
            said_by=input.said_by,
            trusted=input.trusted,
        )
        kept = await memory.remember(told, key="remember")
        note = {"note": kept.note} if kept.note else {}
        return {"id": kept.id, "outcome": kept.outcome, "forgotten": kept.forgotten, **note}

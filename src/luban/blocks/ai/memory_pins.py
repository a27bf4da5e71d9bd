"""What the blocks of the memory have in common."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Field

Scope = Literal["agent", "user"]


def memory_scope_pin() -> Any:
    return Field(
        "agent",
        title="Whose",
        description="`agent`: of this agent alone; `user`: shared by all agents of its owner.",
    )


def embedding_model_pin() -> Any:
    return Field(
        "",
        title="Model for vectors",
        description="Empty is the default one for this; `none` goes by words alone.",
        widget="model:embeddings",
        advanced=True,
    )


def memory_note_out() -> Any:
    return Field(
        title="Remark", description="Why it went by words alone, if a model for vectors is missing."
    )

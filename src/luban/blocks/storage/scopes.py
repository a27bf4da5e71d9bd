"""Whose a value is that outlives a run."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import Field

Scope = Literal["agent", "user"]
LONGEST_KEY = 200


def scope_field() -> Any:
    return Field(
        "agent",
        title="Whose",
        description="`agent`: of this agent alone; `user`: shared by all agents of its owner.",
    )


def key_field(description: str) -> Any:
    return Field(title="Key", description=description, min_length=1, max_length=LONGEST_KEY)

"""Whose a value is that outlives a run."""

from __future__ import annotations

from typing import Any, Literal

from luban.sdk import BlockError, Field

Scope = Literal["agent", "user"]
LONGEST_KEY = 200
_PEOPLES = "approvals/"


def scope_field() -> Any:
    return Field(
        "agent",
        title="Whose",
        description="`agent`: of this agent alone; `user`: shared by all agents of its owner.",
    )


def key_field(description: str) -> Any:
    return Field(title="Key", description=description, min_length=1, max_length=LONGEST_KEY)


def writable(key: str) -> str:
    """The key, which steps may write. Raises `BlockError` for one that only people may."""
    if key.startswith(_PEOPLES):
        raise BlockError(
            f"The key `{key}` holds what people allowed agents to do; blocks cannot write it. "
            f"Choose one that does not begin with `{_PEOPLES}`.",
            zh=f"键“{key}”保存着人对智能体的授权，模块不能写入。请使用不以 {_PEOPLES} 开头的键。",
            code="key_reserved",
        )
    return key

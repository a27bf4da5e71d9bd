"""What became of many things at once."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class OutcomeView(BaseModel):
    """One of the things; `error` is what asking for it alone would have answered."""

    id: str
    ok: bool
    error: dict[str, Any] | None = Field(default=None, description="`code`, `message`, …")


class OutcomesView(BaseModel):
    """All of them, in the order they were named."""

    items: list[OutcomeView]
    done: int
    failed: int

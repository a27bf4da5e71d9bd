"""Vectors of texts where a model for them is configured; where none is, that is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from luban.sdk import BlockError, Context

NO_MODEL = "none"
"""Wanted instead of a model: by words alone."""
AT_ONCE = 64


class Embedded(NamedTuple):
    """One vector per text and the model that made them; without, `note` says why."""

    vectors: list[list[float]]
    model: str = ""
    note: str = ""


async def embedded(ctx: Context, model: str, texts: Sequence[str], key: str) -> Embedded:
    """Asked and paid for once per key: later attempts read the record.

    A model that is missing, refused or away does not end the work: memory goes by words then.
    """
    if model == NO_MODEL or not texts:
        return Embedded([])

    async def work() -> list[Any]:
        vectors: list[list[float]] = []
        name = ""
        try:
            for start in range(0, len(texts), AT_ONCE):
                answer = await ctx.llm.embed(model, texts[start : start + AT_ONCE])
                vectors += answer.vectors
                name = answer.model
        except BlockError as error:
            if not error.code.startswith("model_"):
                raise
            return [[], "", f"by words alone, without vectors: {error}"]
        return [vectors, name, ""]

    vectors, name, note = await ctx.step("embed", work, key=f"{key}-embed")
    return Embedded(vectors, name, note)

"""Which of several texts is most like another."""

from __future__ import annotations

import asyncio
import difflib
import unicodedata
from typing import Any, Literal

import regex

from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Effect, Example, Field

_WORD = regex.compile(r"\p{Han}|\p{Hiragana}|\p{Katakana}|[\p{L}\p{N}\p{M}]+")
_LONGEST = 2_000
"""Characters that are compared in their order; the work grows with their square."""


class Similarity(Block):
    """Says how alike texts are, and which candidate is nearest: misspelt names, doubles."""

    id = "text.similarity"
    title = "Text similarity"
    category = "text"
    effect = Effect.NONE
    icon = "equal-approximately"
    keywords = ("fuzzy", "match", "levenshtein", "distance", "nearest", "duplicate", "alike")

    class Input(BlockInput):
        text: str = Field(title="Text", description="What to find something like.")
        candidates: list[str] = Field(
            title="Candidates", description="One or more texts to compare it with."
        )
        by: Literal["characters", "words"] = Field(
            "characters",
            title="Compare by",
            description="Characters in their order, or words in any order; a Chinese character is "
            "a word.",
        )
        least: float = Field(
            0.0,
            ge=0,
            le=1,
            title="At least",
            description="Candidates less alike are left out; 1 is equal.",
        )
        match_case: bool = Field(
            False, title="Match case", description="Tell A from a.", advanced=True
        )

    class Output(BlockOutput):
        best: str = Field(
            title="Nearest", description="Given only if one is alike enough.", main=True
        )
        score: float = Field(title="Similarity", description="Of the nearest, from 0 to 1.")
        index: int = Field(title="Place", description="Where the nearest stands, from 0.")
        none: str = Field(title="None", description="The text, if no candidate is alike enough.")
        ranked: list[dict[str, Any]] = Field(
            title="Ranked", description="Those alike enough, the nearest first, with their scores."
        )

    examples = (
        Example(
            {"text": "Berln", "candidates": ["Bern", "Berlin", "Paris"], "least": 0.5},
            {
                "best": "Berlin",
                "score": 0.9091,
                "index": 1,
                "ranked": [
                    {"text": "Berlin", "score": 0.9091, "index": 1},
                    {"text": "Bern", "score": 0.8889, "index": 0},
                ],
            },
        ),
        Example(
            {"text": "赵州桥 的 历史", "candidates": ["桥的历史", "锁"], "by": "words"},
            {
                "best": "桥的历史",
                "score": 0.6667,
                "index": 0,
                "ranked": [
                    {"text": "桥的历史", "score": 0.6667, "index": 0},
                    {"text": "锁", "score": 0.0, "index": 1},
                ],
            },
        ),
        Example({"text": "x", "candidates": ["y"], "least": 0.5}, {"none": "x", "ranked": []}),
        Example({"text": "x" * 2_001, "candidates": []}, {"error": {"code": "text_too_long"}}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        longest = max(map(len, (input.text, *input.candidates)))
        if input.by == "characters" and longest > _LONGEST:
            raise BlockError(
                f"A text is longer than {_LONGEST:,} characters. Compare by words, or use "
                "Compare texts.",
                zh=f"文本超过 {_LONGEST:,} 个字符。请按词比较，或使用“比较文本”。",
                code="text_too_long",
            )
        ranked = await asyncio.to_thread(_ranked, input)
        if not ranked:
            return {"none": input.text, "ranked": []}
        best = ranked[0]
        return {
            "best": best["text"],
            "score": best["score"],
            "index": best["index"],
            "ranked": ranked,
        }


def _ranked(input: Similarity.Input) -> list[dict[str, Any]]:
    wanted = _prepared(input.text, input)
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(wanted)
    found: list[dict[str, Any]] = []
    for index, text in enumerate(input.candidates):
        other = _prepared(text, input)
        if input.by == "words":
            score = _shared(wanted, other)
        else:
            matcher.set_seq1(other)
            score = matcher.ratio() if matcher.real_quick_ratio() >= input.least else 0.0
        if score >= input.least:
            found.append({"text": text, "score": round(score, 4), "index": index})
    return sorted(found, key=lambda each: -each["score"])


def _prepared(text: str, input: Similarity.Input) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain if input.match_case else plain.casefold()


def _shared(one: str, other: str) -> float:
    """Words both have, among all words."""
    first, second = set(_WORD.findall(one)), set(_WORD.findall(other))
    return len(first & second) / len(first | second) if first or second else 1.0

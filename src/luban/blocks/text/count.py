"""How long a text is."""

from __future__ import annotations

import asyncio

import regex

from luban.blocks.text.cutting import count_tokens, paragraphs, sentences
from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_CHINESE = regex.compile(r"\p{Han}")
_LONG = 100_000
"""Characters above which counting would hold up others."""
_CHINESE_A_MINUTE, _WORDS_A_MINUTE = 400, 230
_EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}"
_ASIAN_MARKS = (
    r"\u3000-\u3004\u3008-\u3020\u3030\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65"
)
_RUN = regex.compile(rf"[{_EAST_ASIAN}]|[^\s—…“”{_EAST_ASIAN}{_ASIAN_MARKS}]+")
"""A character that is a word by itself, or all that stands together without a space."""


class Count(Block):
    """Counts the words, characters and lines of a text; a Chinese character is one word."""

    id = "text.count"
    title = "Count text"
    category = "text"
    effect = Effect.NONE
    icon = "letter-text"
    keywords = ("words", "characters", "length", "lines", "sentences", "reading time", "tokens")

    class Input(BlockInput):
        text: str = Field(title="Text", description="The text to measure.", widget="textarea")

    class Output(BlockOutput):
        word_count: int = Field(
            title="Words", description="Words between spaces, and each Chinese character."
        )
        character_count: int = Field(title="Characters", description="All characters.")
        letter_count: int = Field(title="Without spaces", description="Characters but spaces.")
        line_count: int = Field(title="Lines", description="How many lines there are.")
        sentence_count: int = Field(title="Sentences", description="How many sentences.")
        paragraph_count: int = Field(title="Paragraphs", description="Parts between empty lines.")
        chinese_count: int = Field(
            title="Chinese characters", description="Chinese characters, without their marks."
        )
        token_count: int = Field(
            title="Tokens", description="About how many tokens a language model reads."
        )
        reading_minutes: float = Field(
            title="Reading time",
            description="Minutes, at 400 Chinese characters or 230 other words each.",
        )

    examples = (
        Example(
            {"text": "two words"},
            {
                "word_count": 2,
                "character_count": 9,
                "letter_count": 8,
                "line_count": 1,
                "sentence_count": 1,
                "paragraph_count": 1,
                "chinese_count": 0,
                "token_count": 2,
                "reading_minutes": 0.01,
            },
        ),
        Example(
            {"text": "鲁班，木匠。\nHello世界 3.5"},
            {
                "word_count": 8,
                "character_count": 18,
                "letter_count": 16,
                "line_count": 2,
                "sentence_count": 2,
                "paragraph_count": 1,
                "chinese_count": 6,
                "token_count": 12,
                "reading_minutes": 0.02,
            },
        ),
        Example(
            {"text": ""},
            {
                "word_count": 0,
                "character_count": 0,
                "letter_count": 0,
                "line_count": 0,
                "sentence_count": 0,
                "paragraph_count": 0,
                "chinese_count": 0,
                "token_count": 0,
                "reading_minutes": 0.0,
            },
        ),
    )

    async def run(self, input: Input) -> dict[str, float]:
        if len(input.text) < _LONG:
            return _counts(input.text)
        return await asyncio.to_thread(_counts, input.text)


def _counts(text: str) -> dict[str, float]:
    words = sum(map(_is_word, _RUN.findall(text)))
    chinese = len(_CHINESE.findall(text))
    minutes = chinese / _CHINESE_A_MINUTE + (words - chinese) / _WORDS_A_MINUTE
    return {
        "word_count": words,
        "character_count": len(text),
        "letter_count": len("".join(text.split())),
        "line_count": len(text.splitlines()),
        "sentence_count": _filled(sentences(text)),
        "paragraph_count": _filled(paragraphs(text)),
        "chinese_count": chinese,
        "token_count": count_tokens(text),
        "reading_minutes": round(minutes, 2),
    }


def _filled(parts: list[str]) -> int:
    return sum(map(_is_word, parts))


def _is_word(run: str) -> bool:
    """A dash alone is no word."""
    return any(letter.isalnum() for letter in run)

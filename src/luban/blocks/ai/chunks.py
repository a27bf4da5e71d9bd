"""Long texts in parts of so many model tokens, cut between sentences or paragraphs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence

from luban.blocks.text.cutting import count_tokens, paragraphs, sentences, tokens, windows
from luban.sdk import BlockError

LONGEST = 1_000_000
MOST_PARTS = 200


async def in_sentences(text: str, size: int, overlap: int = 0) -> list[str]:
    """Parts that end where sentences do; each begins with the last sentences of the one before."""
    return await _cut(text, size, overlap, by_paragraph=False)


async def in_paragraphs(text: str, size: int) -> list[str]:
    """Parts that end where paragraphs do, as far as that goes; together they are the text."""
    return await _cut(text, size, 0, by_paragraph=True)


async def _cut(text: str, size: int, overlap: int, *, by_paragraph: bool) -> list[str]:
    if len(text) > LONGEST:
        raise BlockError(
            f"The text has {len(text):,} characters; at most {LONGEST:,} work. Split it first.",
            zh=f"文本有 {len(text):,} 个字符；最多 {LONGEST:,} 个。请先拆分。",
            code="text_too_long",
        )
    if overlap >= size:
        raise BlockError(
            f"The overlap is {overlap} and the size {size}; the overlap must be smaller.",
            zh=f"重叠是 {overlap}，而每段大小是 {size}；重叠必须小于每段大小。",
            code="invalid_value",
        )
    parts = await asyncio.to_thread(
        lambda: list(_packed(_units(text, size, by_paragraph), size, overlap))
    )
    if len(parts) > MOST_PARTS:
        raise BlockError(
            f"The text makes {len(parts)} parts; at most {MOST_PARTS} are asked for. Make the "
            "parts larger, or split the text first.",
            zh=f"文本会被分成 {len(parts)} 段；最多 {MOST_PARTS} 段。请把每段调大，或先拆分文本。",
            code="too_many_parts",
        )
    return parts


def _units(text: str, size: int, by_paragraph: bool) -> Iterator[tuple[str, int]]:
    """What is never cut, with its tokens: paragraphs, in long ones sentences, in those tokens."""
    for paragraph in paragraphs(text) if by_paragraph else [text]:
        if by_paragraph and (length := count_tokens(paragraph)) <= size:
            yield paragraph, length
            continue
        for sentence in sentences(paragraph):
            counted = tokens(sentence)
            if len(counted) <= size:
                yield sentence, len(counted)
            else:
                yield from ((each, count_tokens(each)) for each in windows(counted, size, 0))


def _packed(units: Iterator[tuple[str, int]], size: int, overlap: int) -> Iterator[str]:
    held: deque[tuple[str, int]] = deque()
    total = 0
    for unit in units:
        if held and total + unit[1] > size:
            yield _text(held)
            while held and (total > overlap or total + unit[1] > size):
                total -= held.popleft()[1]
        held.append(unit)
        total += unit[1]
    if held:
        yield _text(held)


def _text(units: Sequence[tuple[str, int]] | deque[tuple[str, int]]) -> str:
    return "".join(text for text, _ in units)

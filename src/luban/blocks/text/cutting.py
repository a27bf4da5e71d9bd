"""Where a text may be cut: sentences, paragraphs, lines, sections, tokens; and packing them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import regex

from luban.sdk import BlockError

_SENTENCE_END = regex.compile(
    r"[。！？…]+[”’』」）)\]]*\s*"
    r"|[!?]+[\"”’)\]]*(?:\s+|$)"
    r"|(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|St|vs|No|e\.g|i\.e))\.+[\"”’)\]]*(?:\s+|$)"
    r"|\s*\n\s*"
)
_PARAGRAPH_END = regex.compile(r"\n\s*\n\s*")
_LINE_END = regex.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HEADING = regex.compile(r"#{1,6}\s")
_FENCE = regex.compile(r"\s{0,3}(`{3,}|~{3,})")
_TOKEN = regex.compile(
    r"\p{Han}|\p{Hiragana}|\p{Katakana}|\p{Hangul}|[^\S\n]*[\p{L}\p{M}]{1,6}"
    r"|[^\S\n]*\p{N}{1,3}|[^\S\n]*[^\s\p{L}\p{M}\p{N}]|\s+"
)
"""What usual models take for about one token; a long Latin word is several."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its end and the space after it; Chinese ones too."""
    return list(_between(text, _SENTENCE_END))


def paragraphs(text: str) -> list[str]:
    """What empty lines part."""
    return list(_between(text, _PARAGRAPH_END))


def lines(text: str) -> list[str]:
    """Lines, each with its end."""
    return list(_between(text, _LINE_END))


def sections(text: str) -> list[str]:
    """The parts of a Markdown text, each beginning with its heading; not inside of code."""
    found: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        if not found or (not fence and _HEADING.match(line)):
            found.append(line)
        else:
            found[-1] += line
    return found


def tokens(text: str) -> list[str]:
    """The text in parts of about one token of a language model; together they are the text."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    return len(tokens(text))


def packed(parts: list[str], size: int, overlap: int = 0) -> Iterator[str]:
    """Neighbours put together up to a size; a part that is longer alone is cut.

    A piece begins again with the last whole parts of the one before, as far as `overlap` goes.
    """
    check_overlap(size, overlap)
    held: deque[str] = deque()
    length = 0
    fresh = False
    for part in _small_enough(parts, size):
        if fresh and length + len(part.rstrip()) > size:
            yield "".join(held)
            fresh = False
            while held and (length > overlap or length + len(part.rstrip()) > size):
                length -= len(held.popleft())
        held.append(part)
        length += len(part)
        fresh = True
    if fresh:
        yield "".join(held)


def _small_enough(parts: list[str], size: int) -> Iterator[str]:
    for part in parts:
        if len(part.rstrip()) <= size:
            yield part
        else:
            yield from (part[start : start + size] for start in range(0, len(part), size))


def windows(units: str | list[str], size: int, overlap: int) -> Iterator[str]:
    """So many characters or tokens each, the last ones of a piece repeated in the next."""
    check_overlap(size, overlap)
    starts = range(0, max(len(units) - overlap, 1) if units else 0, size - overlap)
    for start in starts:
        piece = units[start : start + size]
        yield piece if isinstance(piece, str) else "".join(piece)


def check_overlap(size: int, overlap: int) -> None:
    """Raises `BlockError`."""
    if overlap >= size:
        raise BlockError(
            f"The overlap is {overlap} and the size {size}; the overlap must be smaller.",
            zh=f"重叠是 {overlap}，而每段大小是 {size}；重叠必须小于每段大小。",
            code="invalid_value",
        )


def _between(text: str, end: regex.Pattern[str]) -> Iterator[str]:
    """The parts of a text, each with the end that closes it."""
    start = 0
    for found in end.finditer(text):
        yield text[start : found.end()]
        start = found.end()
    if start < len(text):
        yield text[start:]

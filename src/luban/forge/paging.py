"""Long texts page by page: nothing is thrown away, the model asks for the next page."""

from __future__ import annotations

from typing import NamedTuple

_LINE = 400
"""How far before the end of a page a line may break it."""


class Page(NamedTuple):
    """One page, counted from 1."""

    text: str
    number: int
    of: int


def pages(text: str, size: int) -> list[str]:
    """The text in pieces of at most `size` characters, broken at ends of lines where there are any.

    Together they are the text.
    """
    found: list[str] = []
    start = 0
    while len(text) - start > size:
        end = start + size
        line = text.rfind("\n", max(start, end - _LINE), end)
        end = line + 1 if line >= start else end
        found.append(text[start:end])
        start = end
    return [*found, text[start:]]


def page(text: str, number: int, size: int) -> Page | None:
    """`None` where there is no such page."""
    every = pages(text, size)
    if not 1 <= number <= len(every):
        return None
    return Page(every[number - 1], number, len(every))

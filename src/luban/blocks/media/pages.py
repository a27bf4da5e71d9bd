"""Pages as people write them: `1-3, 5, 8-`; the last is `last`."""

from __future__ import annotations

import re

from luban.sdk import BlockError

_PART = re.compile(r"(\d{1,6}|last)(?:(-)(\d{1,6}|last)?)?")
_MOST_PARTS = 1000

Span = tuple[int, int]
"""From a page to a page, counted from 1; 0 is the last."""


def spans(pages: str) -> list[Span]:
    """The parts of such a text, in their order; empty is everything. Raises `BlockError`."""
    text = re.sub(r"\s", "", pages.lower().replace("，", ",").replace("–", "-"))
    if not text:
        return [(1, 0)]
    parts = text.split(",")
    found = [_span(part) for part in parts[:_MOST_PARTS]]
    if len(parts) > _MOST_PARTS or None in found:
        raise BlockError(
            f"`{pages[:80]}` does not name pages. Write such as 1-3, 5, 8-, last; counted from 1.",
            zh=f"“{pages[:80]}”不是页码。请写成 1-3, 5, 8-, last 这样，从 1 开始。",
            code="bad_pages",
        )
    return [span for span in found if span is not None]


def _span(part: str) -> Span | None:
    match = _PART.fullmatch(part)
    if match is None:
        return None
    first = 0 if match[1] == "last" else int(match[1])
    if match[1] != "last" and first == 0:
        return None
    if match[2] is None:
        return first, first
    last = 0 if match[3] in (None, "last") else int(match[3])
    if match[3] not in (None, "last") and (last == 0 or last < first or first == 0):
        return None
    return first, last

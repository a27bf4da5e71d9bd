"""The JSON in an answer: bare, inside a fence, or between a few words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

_FENCE = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)


class NotJson(ValueError):
    """The answer holds no JSON."""


def parsed(text: str) -> Any:
    """What the answer says. Raises `NotJson`."""
    for candidate in _candidates(text):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    raise NotJson("The answer is not JSON.")


def _candidates(text: str) -> Iterator[str]:
    yield text
    fenced = _FENCE.search(text)
    if fenced:
        yield fenced.group(1)
    starts = [(text.find(opened), opened, closed) for opened, closed in ("{}", "[]")]
    for start, _, closed in sorted(starts):  # what opens first holds the other
        end = text.rfind(closed)
        if 0 <= start < end:
            yield text[start : end + 1]

"""When an agent goes in circles: the same call with the same result, or nothing that works."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


class LoopGuard:
    """Counts calls that brought nothing new, and decisions in a row that did nothing.

    The same call again is no circle while its result differs, as of a page that is being watched.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: dict[str, tuple[str, int]] = {}
        self.fruitless = 0

    def note(self, tool: str, arguments: Any, result: str) -> int:
        """How often in a row this call has now had this result."""
        call, digest = _digest(tool, arguments), _digest(result)
        before, times = self._seen.get(call, ("", 0))
        times = times + 1 if before == digest else 1
        self._seen[call] = (digest, times)
        return times

    def is_circle(self, tool: str, arguments: Any) -> bool:
        """Whether to make this call again would be going in a circle."""
        return self._seen.get(_digest(tool, arguments), ("", 0))[1] >= self._most

    def decided(self, *, fruitful: bool) -> bool:
        """Notes a decision; whether too many in a row did nothing."""
        self.fruitless = 0 if fruitful else self.fruitless + 1
        return self.fruitless > 2 * self._most


def _digest(*values: Any) -> str:
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()

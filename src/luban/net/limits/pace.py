"""How many calls were made per second lately. Pure: times are arguments."""

from __future__ import annotations

SPAN = 5.0
"""Seconds that are counted together; the span before counts as far as it still matters."""


class Pace:
    """Counts in two spans, so that it costs two numbers whatever the rate."""

    __slots__ = ("_before", "_count", "_since")

    def __init__(self) -> None:
        self._since = 0.0
        self._count = 0
        self._before = 0

    def count(self, now: float) -> None:
        self._turn(now)
        self._count += 1

    def per_second(self, now: float) -> float:
        self._turn(now)
        elapsed = now - self._since
        return (self._count + self._before * (1 - elapsed / SPAN)) / SPAN

    def _turn(self, now: float) -> None:
        if now < self._since + SPAN:
            return
        self._before = self._count if now < self._since + 2 * SPAN else 0
        self._since, self._count = now, 0

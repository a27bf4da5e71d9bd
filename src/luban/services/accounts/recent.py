"""Whom this process recognized lately, so that the next request costs no query."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from luban.ports.clock import Clock

T = TypeVar("T")

FRESH = 3.0
"""Seconds after which other processes know what was changed in this one."""
_KEPT = 10_000


class Recent(Generic[T]):
    """Answers that are a few seconds old at most, all forgotten when anything changes here."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[object, tuple[float, T]] = OrderedDict()
        self.changes = 0
        """Goes up with `forget`: what was read before may be outdated."""

    def find(self, key: object) -> T | None:
        found = self._kept.get(key)
        if found is None or found[0] <= self._clock.monotonic():
            return None
        return found[1]

    def keep(self, key: object, value: T, changes: int) -> None:
        """Unless something was changed since `changes` was read."""
        if changes != self.changes:
            return
        self._kept[key] = (self._clock.monotonic() + FRESH, value)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def forget(self) -> None:
        """A session, key, user, role or membership was changed."""
        self.changes += 1
        self._kept.clear()

"""Waiting, and for how long at most."""

from __future__ import annotations

import asyncio
import time


class Deadline:
    """A moment after which nobody waits any longer; without `seconds` there is none."""

    def __init__(self, seconds: float | None = None) -> None:
        self._at = None if seconds is None else time.monotonic() + seconds

    def left(self, at_most: float) -> float:
        """Seconds to wait now. Raises `TimeoutError` when none are left."""
        if self._at is None:
            return at_most
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, at_most)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(self.left(seconds))

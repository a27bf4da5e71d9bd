"""Rings within one process."""

from __future__ import annotations

import asyncio


class LocalBell:
    """`Bell` of one event loop. A ring nobody waits for is kept for the next who does."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: float) -> None:
        try:
            await asyncio.wait_for(self._rung.wait(), timeout)
        except TimeoutError:
            return
        self._rung.clear()

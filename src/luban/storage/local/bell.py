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
        try:  # not `wait_for`, which may lose a cancellation that comes with the ring
            async with asyncio.timeout(timeout):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()

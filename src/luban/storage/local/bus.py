"""Live events within one process: bounded, so that a slow reader costs memory only once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from luban.ports.bus import PASSING, Listener, Live

BUFFER = 1000
"""Live events kept for a slow reader. The journal is never among them."""
_CHARACTERS = 1 << 20
"""Of texts in them."""


class LocalBus:
    """`Bus` of one event loop; call it from that loop only."""

    def __init__(self, buffer: int = BUFFER) -> None:
        self._buffer = buffer
        self._listeners: dict[str, list[LocalListener]] = {}

    def watched(self, run: str) -> bool:
        return run in self._listeners

    def publish(self, run: str, live: Live) -> None:
        for listener in self._listeners.get(run, ()):
            listener.hear(live)

    def journal_grew(self, run: str) -> None:
        for listener in self._listeners.get(run, ()):
            listener.notice()

    @asynccontextmanager
    async def listen(self, run: str) -> AsyncIterator[Listener]:
        listener = LocalListener(self._buffer)
        listeners = self._listeners.setdefault(run, [])
        listeners.append(listener)
        try:
            yield listener
        finally:
            listeners.remove(listener)
            if not listeners:
                del self._listeners[run]


class LocalListener:
    """One reader: what it has not heard yet, and whether the journal grew since it last knew."""

    def __init__(self, buffer: int) -> None:
        self._buffer = buffer
        self._unheard: deque[Live] = deque()
        self._size = 0
        self._grew = False
        self._journals_turn = False
        self._news = asyncio.Event()

    def hear(self, live: Live) -> None:
        self._unheard.append(live)
        self._size += _size(live)
        if len(self._unheard) > self._buffer or self._size > _CHARACTERS:
            self._forget()
        self._news.set()

    def notice(self) -> None:
        self._grew = True
        self._news.set()

    async def next(self, timeout: float) -> list[Live]:
        if not (self._unheard or self._grew):
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError:
                return []
        # What was said before the journal grew goes first; but the journal always has its turn
        # in between, however much is being said.
        if self._unheard and not self._journals_turn:
            heard = list(self._unheard)
            self._unheard.clear()
            self._size = 0
            self._journals_turn = self._grew
            return heard
        self._grew = self._journals_turn = False
        return []

    def _forget(self) -> None:
        """Drops the oldest of what was said in passing, a tenth of it all; else the very oldest."""
        left = max(1, len(self._unheard) // 10)
        kept: deque[Live] = deque()
        for live in self._unheard:
            if left and live.kind in PASSING:
                left -= 1
            else:
                kept.append(live)
        if len(kept) == len(self._unheard):
            kept.popleft()
        self._unheard = kept
        self._size = sum(map(_size, kept))


def _size(live: Live) -> int:
    text = live.data.get("text")
    return len(text) if isinstance(text, str) else 0

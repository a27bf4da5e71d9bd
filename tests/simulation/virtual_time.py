"""An event loop in which waiting takes no time: the clock jumps to whatever comes next."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_EPOCH = 1_800_000_000.0


class Deadlock(Exception):
    """Nothing is left to happen, and the work is not done."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time is a number; it has no sockets and no threads."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds


class _Jumping(selectors.SelectSelector):
    """Never waits: the time it was to wait has passed when it returns."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock
        self._loop.advance(max(timeout, 0.0))
        return []


class VirtualClock:
    """The clock of a `VirtualLoop`, as the product's own clock port; `skew` is how wrong it is."""

    def __init__(self, loop: VirtualLoop, skew: float = 0.0) -> None:
        self._loop = loop
        self.skew = skew

    def now(self) -> float:
        return _EPOCH + self._loop.time() + self.skew

    def monotonic(self) -> float:
        return self._loop.time()


def play(work: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Runs the work to its end. Raises `Deadlock` when it can never end."""
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(work)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        asyncio.set_event_loop(None)

"""A process in which time passes quickly: its clock, its timers, and whatever waits for them."""

from __future__ import annotations

import asyncio
import selectors
import time

PACE = 20.0
"""Seconds of such a process in one of the world's."""


class QuickClock:
    """A `Clock` for which `PACE` seconds pass in each; processes that began alike agree."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> float:
        return self._began + (time.time() - self._began) * PACE

    def monotonic(self) -> float:
        return time.monotonic() * PACE


class QuickLoop(asyncio.SelectorEventLoop):
    """A loop whose timers go by such a clock."""

    def __init__(self) -> None:
        super().__init__(_Hasty())

    def time(self) -> float:
        return super().time() * PACE


class _Hasty(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout and timeout / PACE)

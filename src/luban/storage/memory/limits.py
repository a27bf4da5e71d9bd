"""The limits of providers in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from luban.ports.clock import Clock
from luban.ports.limits import LimitRow
from luban.storage.memory.tables import Tables

T = TypeVar("T")


class MemoryLimitStore:
    """`LimitStore` over `Tables`; who shares the tables hears each other at once."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._limits = tables.limits
        self._hearers = tables.limit_hearers
        self._clock = clock
        self._mine: list[Callable[[], None]] = []

    async def read(self) -> tuple[float, list[LimitRow]]:
        return self._clock.now(), list(self._limits.values())

    async def change(
        self, key: str, decide: Callable[[LimitRow, float], tuple[LimitRow | None, T]]
    ) -> T:
        row, answer = decide(self._limits.get(key) or LimitRow(key), self._clock.now())
        if row is None:
            self._limits.pop(key, None)
        else:
            self._limits[key] = row
        return answer

    def tell(self) -> None:
        for heard in self._hearers:
            if heard not in self._mine:
                heard()

    def on_news(self, heard: Callable[[], None]) -> None:
        self._mine.append(heard)
        self._hearers.append(heard)

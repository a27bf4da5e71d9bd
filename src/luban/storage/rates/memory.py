"""Rates counted in this process.

Both stores keep one number for each key: the moment at which everything used up is back. That is
a token bucket written as its own end (the generic cell rate algorithm of ATM networks), so a
request costs the same however many there were.
"""

from __future__ import annotations

import math
from collections import OrderedDict

from luban.ports.clock import Clock
from luban.ports.rates import Allowance, Rate

MOST_KEYS = 100_000
"""Of more, those are forgotten that asked longest ago: strangers may not fill the memory."""

_ROUNDING = 1e-6


class MemoryRates:
    """A `RateStore` for one process."""

    def __init__(self, clock: Clock, most_keys: int = MOST_KEYS) -> None:
        self._clock = clock
        self._most_keys = most_keys
        self._back: OrderedDict[str, float] = OrderedDict()

    async def take(self, key: str, rate: Rate) -> Allowance:
        now = self._clock.monotonic()
        back = self._back_at(key, now) + rate.seconds / rate.requests
        again = back - rate.seconds - now
        if again > _ROUNDING:
            return _standing(rate, self._back_at(key, now) - now, again)
        self._back[key] = back
        self._back.move_to_end(key)
        while len(self._back) > self._most_keys:
            self._back.popitem(last=False)
        return _standing(rate, back - now, 0.0)

    async def look(self, key: str, rate: Rate) -> Allowance:
        now = self._clock.monotonic()
        used = self._back_at(key, now) - now
        again = used + rate.seconds / rate.requests - rate.seconds
        return _standing(rate, used, again if again > _ROUNDING else 0.0)

    async def aclose(self) -> None:
        self._back.clear()

    def _back_at(self, key: str, now: float) -> float:
        return max(self._back.get(key, now), now)


def _standing(rate: Rate, used: float, again: float) -> Allowance:
    left = math.floor((rate.seconds - used) * rate.requests / rate.seconds + _ROUNDING)
    return Allowance(rate, max(left, 0), again, used)

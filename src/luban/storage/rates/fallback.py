"""Counts in the shared store, and in this process while the shared one cannot be reached."""

from __future__ import annotations

import logging

from luban.ports.clock import Clock
from luban.ports.rates import Allowance, Rate, RateStore, SharedRatesAway

log = logging.getLogger(__name__)

_PAUSE = 5.0
"""Seconds for which a store that did not answer is not asked again."""


class FallbackRates:
    """A `RateStore` that is never away: losing the shared one costs accuracy, not requests."""

    def __init__(self, shared: RateStore, own: RateStore, clock: Clock) -> None:
        self._shared = shared
        self._own = own
        self._clock = clock
        self._away_until = 0.0

    async def take(self, key: str, rate: Rate) -> Allowance:
        if self._clock.monotonic() >= self._away_until:
            try:
                allowance = await self._shared.take(key, rate)
            except SharedRatesAway as error:
                self._lost(error)
            else:
                self._found()
                return allowance
        return await self._own.take(key, rate)

    async def look(self, key: str, rate: Rate) -> Allowance:
        if self._clock.monotonic() >= self._away_until:
            try:
                return await self._shared.look(key, rate)
            except SharedRatesAway as error:
                self._lost(error)
        return await self._own.look(key, rate)

    async def aclose(self) -> None:
        await self._own.aclose()
        await self._shared.aclose()

    def _lost(self, error: Exception) -> None:
        if not self._away_until:
            log.warning(
                "Redis cannot be reached (%s): each process keeps rate limits for itself until it "
                "is back",
                error,
            )
        self._away_until = self._clock.monotonic() + _PAUSE

    def _found(self) -> None:
        if self._away_until:
            log.info("Redis is back: rate limits are kept by all processes together")
            self._away_until = 0.0

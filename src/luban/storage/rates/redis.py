"""Rates counted in Redis, by its own clock, for all processes of an installation together."""

from __future__ import annotations

from typing import Any, cast

import redis.asyncio as redis

from luban.ports.rates import Allowance, Rate, SharedRatesAway

_PREFIX = "luban:rate:"
_PATIENCE = 0.5
"""Seconds that an answer may take; a limit is never worth a slow request."""

_MICRO = 1_000_000

_SCRIPT = """
local seconds, count, taking = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local back = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = back + seconds / count
local again = after - seconds - now
if again > 1 then
  return {back - now, again}
end
if taking then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
  back = after
end
return {back - now, 0}
"""
"""All in microseconds: what is used up, and when to ask again. One script is one transaction."""


class RedisRates:
    """A `RateStore` for many processes."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=None
        )
        self._script = self._redis.register_script(_SCRIPT)

    async def take(self, key: str, rate: Rate) -> Allowance:
        return await self._ask(key, rate, taking=True)

    async def look(self, key: str, rate: Rate) -> Allowance:
        return await self._ask(key, rate, taking=False)

    async def _ask(self, key: str, rate: Rate, *, taking: bool) -> Allowance:
        arguments = [int(rate.seconds * _MICRO), rate.requests, int(taking)]
        try:
            answer = await self._script(keys=[_PREFIX + key], args=arguments)
        except (redis.RedisError, OSError, TimeoutError) as error:
            raise SharedRatesAway(str(error)) from error
        used, again = cast("list[Any]", answer)
        left = rate.requests - -(-int(used) * rate.requests // int(rate.seconds * _MICRO))
        return Allowance(rate, max(left, 0), int(again) / _MICRO, int(used) / _MICRO)

    async def aclose(self) -> None:
        await self._redis.aclose()

"""The limits of all providers, as one process sees them."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from luban.model.errors import LubanError
from luban.net.limits.allowance import refuse
from luban.net.limits.lane import FRESH, Lane
from luban.net.limits.settings import LimitSettings
from luban.ports.limits import LimitKey, LimitRow, LimitStore, LimitUse, Passing, Requester

log = logging.getLogger(__name__)

KEPT = 1000
"""Keys remembered; idle ones beyond that are forgotten."""


class SharedLimits:
    """`ProviderLimits` over a store. Belongs to one event loop; `aclose` lets go of what it holds.

    What other processes said is at most a second old: it is read by the first call after that.
    """

    def __init__(
        self,
        store: LimitStore,
        settings: LimitSettings | None = None,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._settings = settings or LimitSettings()
        self._jitter = jitter
        self._process = secrets.token_hex(6)
        self._lanes: OrderedDict[str, Lane] = OrderedDict()
        self._fresh_until = 0.0
        self._reading: asyncio.Task[None] | None = None
        store.on_news(self._heard)

    @asynccontextmanager
    async def pass_(
        self, key: LimitKey, requester: Requester, model_tokens: int = 0
    ) -> AsyncIterator[Passing]:
        """As `luban.ports.limits.ProviderLimits.pass_` says."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._fresh_until:
            await self._refresh()
        lane = self._lane(key)
        await lane.enter(requester, model_tokens)
        try:
            yield _Call(self, lane, model_tokens, loop.time())
        finally:
            lane.leave()

    def uses(self) -> list[LimitUse]:
        """As `luban.ports.limits.ProviderLimits.uses` says."""
        uses = [lane.use for lane in self._lanes.values()]
        return [use for use in uses if use.waiting or use.in_flight or use.blocked_seconds]

    async def refused(self, lane: Lane, age: float, seconds: float | None) -> None:
        """A call at this lane that began `age` seconds ago was told to come back later."""
        pace = lane.pace.per_second(asyncio.get_running_loop().time())
        jitter = self._jitter()
        try:
            row, now = await self._store.change(
                lane.key.name,
                lambda row, now: _with_time(
                    refuse(
                        row, now, lane.limit, age=age, seconds=seconds, pace=pace, jitter=jitter
                    ),
                    now,
                ),
            )
        except LubanError as error:
            log.warning("others do not hear that %s refused: %s", lane.key.shown, error)
            lane.block(seconds or 1.0)
            return
        lane.learn(row, now)
        self._store.tell()
        log.info("%s asks to wait %.1f s", lane.key.shown, max(0.0, row.blocked_until - now))

    async def aclose(self) -> None:
        """Ends what it does beside the calls."""
        for lane in self._lanes.values():
            await lane.close()
        if self._reading is not None:
            await self._reading

    def _lane(self, key: LimitKey) -> Lane:
        found = self._settings.find(key)
        name = key.name if found is None else "#".join(filter(None, (found.name, key.credential)))
        lane = self._lanes.get(name)
        if lane is None:
            limit = found.limit if found else self._settings.default
            lane = Lane(key._replace(name=name), limit, self._store, self._process)
            self._lanes[name] = lane
            self._forget()
        self._lanes.move_to_end(name)
        return lane

    def _forget(self) -> None:
        """Lets the oldest idle lanes go; those in use may be as many as there are steps."""
        for name in list(self._lanes)[: max(0, len(self._lanes) - KEPT)]:
            if self._lanes[name].idle:
                del self._lanes[name]

    def _heard(self) -> None:
        self._fresh_until = 0.0
        if any(lane.use.waiting for lane in self._lanes.values()) and self._reading is None:
            self._read_soon()

    async def _refresh(self) -> None:
        if self._reading is None:
            self._read_soon()
        if self._reading is not None:
            await asyncio.shield(self._reading)

    def _read_soon(self) -> None:
        self._reading = asyncio.create_task(self._read(), name="limits")

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        self._fresh_until = loop.time() + FRESH
        try:
            now, rows = await self._store.read()
            for row in rows:
                lane = self._lanes.get(row.key)
                if lane is None and (row.blocked_until > now or row.refused_rate is not None):
                    limit = self._settings.named(row.key)
                    lane = Lane(LimitKey(row.key), limit, self._store, self._process)
                    self._lanes[row.key] = lane
                if lane is not None:
                    lane.learn(row, now)
        except LubanError as error:
            log.warning("the limits of providers are not known: %s", error)
        finally:
            self._reading = None


class _Call:
    """`Passing` of one call."""

    __slots__ = ("_expected", "_lane", "_limits", "_since")

    def __init__(self, limits: SharedLimits, lane: Lane, expected: int, since: float) -> None:
        self._limits = limits
        self._lane = lane
        self._expected = expected
        self._since = since

    def took(self, model_tokens: int) -> None:
        self._lane.correct(model_tokens - self._expected)
        self._expected = model_tokens

    async def refused(self, seconds: float | None) -> None:
        age = asyncio.get_running_loop().time() - self._since
        await self._limits.refused(self._lane, age, seconds)


def _with_time(value: LimitRow, now: float) -> tuple[LimitRow, tuple[LimitRow, float]]:
    return value, (value, now)

"""The calls of one process at one key: who waits, who is in flight, what was granted."""

from __future__ import annotations

import asyncio
import logging
from asyncio import AbstractEventLoop, Future
from contextlib import suppress
from typing import NamedTuple

from luban.model.errors import LubanError
from luban.net.limits.allowance import LONGEST_PAUSE, Ask, Grant, exchange
from luban.net.limits.pace import Pace
from luban.net.limits.turns import Turns
from luban.ports.limits import LimitKey, LimitRow, LimitStore, LimitUse, ProviderLimit, Requester

log = logging.getLogger(__name__)

FRESH = 1.0
"""Seconds for which what was granted or read counts."""
TOLD = 1.0
"""Seconds after which a waiting step is told what it waits for, and again."""


class Waiter(NamedTuple):
    """One call that waits; `turn` is done when it may go."""

    turn: Future[None]
    model_tokens: float
    requester: Requester
    since: float


class Lane:
    """Belongs to one event loop. A worker runs only while somebody waits, or slots are held."""

    def __init__(
        self, key: LimitKey, limit: ProviderLimit, store: LimitStore, process: str
    ) -> None:
        self.key = key
        self.limit = limit
        self.pace = Pace()
        self.in_flight = 0
        self._store = store
        self._process = process
        self._loop: AbstractEventLoop = asyncio.get_running_loop()
        self._waiting: Turns[Waiter] = Turns()
        self._configured = limit != ProviderLimit()
        self._limited = self._configured
        self._granted = Grant(0, 0.0, 0) if self._configured else Grant()
        self._granted_at = self._last_used = self._told_at = self._blocked_until = 0.0
        self._ask_at = self._renew_at = 0.0
        self._stirred = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing would be lost with this lane."""
        now = self._loop.time()
        busy = self._waiting or self.in_flight or self._worker is not None
        return not busy and now > self._blocked_until and now > self._last_used + 60

    @property
    def use(self) -> LimitUse:
        blocked = max(0.0, self._blocked_until - self._loop.time())
        return LimitUse(self.key.shown, len(self._waiting), self.in_flight, blocked)

    async def enter(self, requester: Requester, model_tokens: float) -> None:
        """Waits for a turn; from then on the call is in flight."""
        if not self._waiting and self._may(model_tokens):
            self._let(model_tokens)
            return
        waiter = Waiter(self._loop.create_future(), model_tokens, requester, self._loop.time())
        self._waiting.add(requester.owner, requester.run, waiter)
        self._work()
        try:
            await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.leave()  # it was let through in the same moment
            else:
                self._waiting.remove(requester.owner, requester.run, waiter)
            raise

    def leave(self) -> None:
        """A call is over."""
        self.in_flight -= 1
        self._last_used = self._loop.time()
        if self._waiting:
            self._work()

    def correct(self, model_tokens: float) -> None:
        """A call took so many more model tokens than it was let through with; maybe fewer."""
        left = self._granted.model_tokens
        if left is not None:
            self._granted = self._granted._replace(model_tokens=left - model_tokens)

    def learn(self, row: LimitRow, now: float) -> None:
        """What the store says, whose time is `now`."""
        if row.blocked_until > now:
            self.block(row.blocked_until - now)
        if row.refused_rate is not None and not self._limited:
            self._limited = True
            self._granted = Grant(0, None, None)
            self._ask_at = 0.0

    def block(self, seconds: float) -> None:
        """Nobody goes for so long."""
        until = self._loop.time() + seconds
        if until > self._blocked_until:
            self._blocked_until = self._ask_at = until
            self._told_at = 0.0
            self._stirred.set()

    async def close(self) -> None:
        """Ends the worker and lets go of slots; who still waits is cancelled with its run."""
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        if self._granted.slots:
            await self._leave()

    # -- letting through

    def _may(self, model_tokens: float) -> bool:
        if not self._limited:
            return self._loop.time() >= self._blocked_until
        granted, now = self._granted, self._loop.time()
        if now < self._blocked_until or now > self._granted_at + FRESH:
            return False
        return (
            (granted.slots is None or self.in_flight < granted.slots)
            and (granted.requests is None or granted.requests >= 1)
            and (granted.model_tokens is None or granted.model_tokens >= max(model_tokens, 1e-9))
        )

    def _let(self, model_tokens: float) -> None:
        requests, left = self._granted.requests, self._granted.model_tokens
        if requests is not None:
            self._granted = self._granted._replace(requests=requests - 1)
        if left is not None:
            self._granted = self._granted._replace(model_tokens=left - model_tokens)
        self.in_flight += 1
        self._last_used = self._loop.time()
        self.pace.count(self._last_used)

    def _let_through(self) -> None:
        while self._waiting and self._may(self._waiting.first().model_tokens):
            waiter = self._waiting.take()
            if waiter.turn.done():  # cancelled, and not yet gone
                continue
            self._let(waiter.model_tokens)
            waiter.turn.set_result(None)
            if self._told_at > waiter.since:
                waiter.requester.say("")

    # -- asking the store

    def _work(self) -> None:
        self._stirred.set()
        if self._worker is None:
            self._worker = asyncio.create_task(self._keep_asking(), name=f"limit {self.key.name}")

    async def _keep_asking(self) -> None:
        try:
            while True:
                self._let_through()
                if self._due():
                    await self._ask()
                    self._let_through()
                if not self._needed():
                    if not self._granted.slots:
                        break
                    await self._leave()  # somebody may have come meanwhile
                    continue
                self._tell()
                self._stirred.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause()):
                        await self._stirred.wait()
        finally:
            self._worker = None

    async def _leave(self) -> None:
        """Gives back the slots, so that others need not wait until they are forgotten."""
        self._granted = self._granted._replace(slots=0)
        await self._ask(leaving=True)

    def _needed(self) -> bool:
        if self._waiting:
            return True
        held = bool(self._granted.slots)
        return held and (self.in_flight > 0 or self._loop.time() < self._last_used + FRESH)

    def _due(self) -> bool:
        now = self._loop.time()
        wanted = self._waiting and now >= self._ask_at
        return self._limited and bool(wanted or (self._granted.slots and now >= self._renew_at))

    def _pause(self) -> float:
        until = self._renew_at
        if self._waiting:
            until = self._ask_at if self._limited else self._blocked_until
        return min(max(until - self._loop.time(), 0.001), LONGEST_PAUSE)

    async def _ask(self, *, leaving: bool = False) -> None:
        had, wants = self._granted, [waiter.model_tokens for waiter in self._waiting]
        ask = Ask(
            self._process,
            self.in_flight,
            0 if leaving else len(wants),
            self._waiting.first().model_tokens if wants else 0.0,
            sum(wants),
            had.requests or 0,
            had.model_tokens or 0.0,
            leaving,
        )
        # What is left goes back with the question; what is corrected meanwhile counts after it.
        self._granted = had._replace(
            requests=None if had.requests is None else 0,
            model_tokens=None if had.model_tokens is None else 0.0,
        )
        try:
            granted = await self._store.change(
                self.key.name, lambda row, now: exchange(row, now, self.limit, ask)
            )
        except LubanError as error:
            log.warning("the limit of %s is not known: %s", self.key.shown, error)
            granted = had._replace(pause=LONGEST_PAUSE)
        if granted.model_tokens is not None:
            meanwhile = self._granted.model_tokens or 0.0
            granted = granted._replace(model_tokens=granted.model_tokens + meanwhile)
        self._granted, now = granted, self._loop.time()
        self._granted_at, self._renew_at = now, now + LONGEST_PAUSE
        self._ask_at = now + granted.pause
        self._limited = self._configured or not granted.free
        if granted.blocked_seconds:
            self.block(granted.blocked_seconds)

    def _tell(self) -> None:
        now = self._loop.time()
        if now < self._told_at + TOLD:
            return
        for waiter in self._waiting:
            waited, left = now - waiter.since, self._blocked_until - now
            if waited >= TOLD or left >= TOLD:
                waiter.requester.say(f"waits for {self.key.shown}, {max(waited, left):.0f} s")
                self._told_at = now

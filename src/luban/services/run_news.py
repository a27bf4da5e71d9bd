"""What becomes of runs: waiting for the end of one, or hearing of all that an owner has."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import suppress

from luban.model.errors import LubanError
from luban.model.run import Run
from luban.ports.bus import Bus, end_of, news_of
from luban.ports.clock import Clock
from luban.ports.stores import RunStore, Slice
from luban.services.runs import Runs, is_over

log = logging.getLogger(__name__)

LONGEST_WAIT = 300.0
"""Seconds for which an answer may be held back until a run is over."""
_LOOK_FIRST, _LOOK_AT_MOST = 0.05, 2.0
"""Seconds after which the store is asked unasked: the worker may be one that tells nobody here."""
_CATCH_UP = 5.0
_OWNERS = 100
"""Followed owners above which each is caught up with more seldom."""
_REMEMBERED, _UNHEARD = 500, 1000


class RunNews:
    """Runs as they change their state; nothing is told twice, and an end is always told."""

    def __init__(self, runs: Runs, store: RunStore, bus: Bus, clock: Clock) -> None:
        self._runs = runs
        self._store = store
        self._bus = bus
        self._clock = clock
        self._feeds: dict[str, _Feed] = {}

    async def wait(self, run: Run, seconds: float) -> Run:
        """A run that is not over, when it is, or as it is after so many seconds."""
        until = self._clock.monotonic() + seconds
        look = _LOOK_FIRST
        async with self._bus.listen(end_of(run.id)) as listener:
            while True:
                left = until - self._clock.monotonic()
                await listener.next(min(look, max(left, 0)))
                run = await self._runs.get(run.owner, run.id)
                if is_over(run) or left <= 0:
                    return run
                look = min(2 * look, _LOOK_AT_MOST)

    async def follow(self, owner: str) -> AsyncGenerator[Run]:
        """Runs of an owner whenever their status is another than before, from now on.

        Followers of one owner share what is asked of the store. One that reads too slowly loses
        the oldest news, and sees the newer ones.
        """
        feed = self._feeds.get(owner)
        if feed is None:
            feed = self._feeds[owner] = _Feed()
            feed.task = asyncio.create_task(self._feed(owner, feed))
        unheard: asyncio.Queue[Run] = asyncio.Queue(_UNHEARD)
        feed.followers.append(unheard)
        try:
            await feed.ready.wait()
            while True:
                yield await unheard.get()
        finally:
            feed.followers.remove(unheard)
            if not feed.followers:
                del self._feeds[owner]
                await feed.end()

    async def _feed(self, owner: str, feed: _Feed) -> None:
        async with self._bus.listen(news_of(owner)) as listener:
            for run in await self._newest(owner):
                feed.is_news(run)
            feed.ready.set()
            while True:
                heard = await listener.next(_CATCH_UP * max(1.0, len(self._feeds) / _OWNERS))
                try:
                    changed = dict.fromkeys(live.data["run"] for live in heard)
                    runs = [await self._store.find(owner, each) for each in changed]
                    runs = runs or await self._newest(owner)
                except LubanError as error:
                    log.warning("the news of runs: %s", error)  # they are caught up with later
                    continue
                for run in runs:
                    if run is not None and feed.is_news(run):
                        feed.tell(run)

    async def _newest(self, owner: str) -> list[Run]:
        return (await self._store.list(owner, Slice(1, 100))).items[::-1]


class _Feed:
    """What followers of one owner share: the task that looks, and the statuses it knows."""

    __slots__ = ("followers", "known", "ready", "task")

    def __init__(self) -> None:
        self.followers: list[asyncio.Queue[Run]] = []
        self.known: OrderedDict[str, str] = OrderedDict()
        self.ready = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def is_news(self, run: Run) -> bool:
        before = self.known.pop(run.id, None)
        self.known[run.id] = run.status.value
        while len(self.known) > _REMEMBERED:
            self.known.popitem(last=False)
        return before != run.status.value

    def tell(self, run: Run) -> None:
        for unheard in self.followers:
            if unheard.full():
                unheard.get_nowait()
            unheard.put_nowait(run)

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task

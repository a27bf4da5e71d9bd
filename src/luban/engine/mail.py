"""What runs ask of the queue they were claimed from, asked for many of them at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import ParamSpec, TypeVar

from luban.model.errors import LubanError
from luban.ports.journal import Parking, RunQueue, RunResult, Signal

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

_AGAIN = 1.0
"""Seconds until a store that could not answer is asked again."""


class Mail:
    """The `Keeper` of all runs of one worker; while the store is away, it asks again."""

    def __init__(self, queue: RunQueue, on_started: Callable[[str], None]) -> None:
        self._queue = queue
        self._on_started = on_started
        self._leaving: dict[str, tuple[Parking, asyncio.Future[bool]]] = {}
        self._parking: asyncio.Task[None] | None = None

    async def park(self, parking: Parking) -> bool:
        """Whether the run may leave; those that ask while others are being parked go together."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._leaving[parking.run] = (parking, future)
        if self._parking is None or self._parking.done():
            self._parking = asyncio.create_task(self._park_all())
        return await future

    async def _park_all(self) -> None:
        while self._leaving:
            leaving, self._leaving = self._leaving, {}
            try:
                parked = await _patiently(self._queue.park, [each for each, _ in leaving.values()])
            except LubanError as error:
                for _, future in leaving.values():
                    if not future.done():
                        future.set_exception(error)
                continue
            for run, (_, future) in leaving.items():
                if not future.done():
                    future.set_result(run in parked)

    async def nudge_of(self, run: str) -> int:
        """How often the run was nudged by now."""
        nudged = await _patiently(self._queue.nudged)
        return next((each.nudge for each in nudged if each.run == run), 0)

    async def signals(self, run: str, after: int) -> list[Signal]:
        return await _patiently(self._queue.signals, run, after)

    async def results(self, runs: Sequence[str]) -> list[RunResult]:
        return await _patiently(self._queue.results, runs)

    def started(self, run: str) -> None:
        self._on_started(run)


async def _patiently(ask: Callable[P, Awaitable[T]], *given: P.args, **named: P.kwargs) -> T:
    """What the store says, once it can; a worker that is fenced meanwhile ends the wait."""
    while True:
        try:
            return await ask(*given, **named)
        except LubanError as error:
            if not error.retryable:
                raise
            log.warning("the queue: %s", error)
        await asyncio.sleep(_AGAIN)

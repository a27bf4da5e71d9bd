"""The person of a simulation: answers, decides, raises limits, and now and then meddles."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

from luban.model.run import Run, RunStatus, Wait, WaitKind
from luban.ports.stores import Slice
from tests.engine.house import OWNER, House
from tests.simulation.works import OUTSIDE

_ALL = Slice(1, 1000)
_RAISED = {"depth": 8, "steps": 100_000}


class Person:
    """`cancelled` are the runs that were cancelled, which may have been over by then."""

    def __init__(self, desk: House, draw: random.Random, ring: Callable[[], None]) -> None:
        self._desk = desk
        self._runs = desk.database.runs
        self._draw = draw
        self._ring = ring
        self.cancelled: set[str] = set()

    async def work(self) -> None:
        """Deals with everything that waits for a person, in time."""
        while True:
            await asyncio.sleep(37.0)
            for status in (RunStatus.WAITING, RunStatus.RUNNING):
                for run in (await self._runs.list(OWNER, _ALL, status=status)).items:
                    for wait in run.waiting_for:
                        await self._deal_with(run, wait)

    async def _deal_with(self, run: Run, wait: Wait) -> None:
        match wait.kind:
            case WaitKind.ASK:
                await self._answer(run, wait, {"choice": "five", "values": {"n": 5}})
            case WaitKind.IN_DOUBT:
                await self._answer(run, wait, _looked_up(run, wait))
            case WaitKind.LIMIT:
                name = wait.details["limit"]
                raised = {name: float(_RAISED[name])}
                await self._runs.resume(OWNER, run.id, raised, self._desk.clock.now())
            case WaitKind.PAUSE if self._draw.random() < 0.5:
                await self._runs.resume(OWNER, run.id, {}, self._desk.clock.now())
            case WaitKind.QUARANTINE:
                await self._runs.resume(OWNER, run.id, {}, self._desk.clock.now())
            case _:
                return
        self._ring()

    async def _answer(self, run: Run, wait: Wait, answer: dict[str, Any]) -> None:
        key = f"answer:{wait.details['id']}"
        for _ in range(self._draw.choice([1, 1, 2])):  # a button pressed twice
            await self._runs.signal(OWNER, run.id, key, answer, 0.0, once=key)

    async def meddle(self, runs: Sequence[str]) -> None:
        """Pauses and cancels runs, those of agents below too."""
        for run in runs:
            if self._draw.random() < 0.1:
                await asyncio.sleep(self._moment())
                self.cancelled.add(run)
                await self._runs.request_cancel(OWNER, run, self._desk.clock.now())
                self._ring()
        while self._draw.random() < 0.4:
            await asyncio.sleep(self._moment())
            everything = (await self._runs.list(OWNER, _ALL)).items
            paused = self._draw.choice(everything).id
            await self._runs.request_pause(OWNER, paused, self._desk.clock.now())
            self._ring()

    async def send(self, run: str, signals: Sequence[tuple[str, int]]) -> None:
        """Sends what a run listens for, in order, at any moment."""
        for number, (name, value) in enumerate(signals):
            await asyncio.sleep(self._moment() if self._draw.random() < 0.7 else 0.0)
            once = f"{name} {number}"
            for _ in range(self._draw.choice([1, 1, 2])):
                await self._runs.signal(OWNER, run, f"signal:{name}", value, 0.0, once=once)
            self._ring()

    def _moment(self) -> float:
        return self._draw.choice([0.1, 5.0, 700.0]) * self._draw.random()


def _looked_up(run: Run, wait: Wait) -> dict[str, Any]:
    """Whether a step took effect, as the world says."""
    if not OUTSIDE.once[f"{run.id}/{wait.node}/{wait.iteration}"]:
        return {"choice": "again"}
    return {"choice": "done", "values": {"result": wait.details["inputs"]["value"] + 2}}

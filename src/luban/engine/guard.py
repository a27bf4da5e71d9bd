"""What keeps a block that misbehaves from harming others; one per worker."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from luban.engine import whose
from luban.engine.bounds import Bounds
from luban.engine.context import StepContext
from luban.engine.endings import Endings
from luban.engine.findings import LOST_THREAD, Findings, Sighting, seen
from luban.engine.memory import MemoryGauge
from luban.engine.stuck import StepFacts, WorkerFacts
from luban.engine.threads import Holder, Threads

_LOOK = 15.0
"""Seconds between two looks at the steps under way."""
_SILENT = 10.0
"""Seconds without a claim after which a worker counts as stopped."""
_MORE = 1.0
"""Seconds by which a run waits longer for its steps than a step waits for its block."""


class Guard:
    """The limits of blocks, the threads they may use, and what was seen of them."""

    def __init__(
        self,
        bounds: Bounds | None = None,
        *,
        memory_limit: int | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bounds = bounds = bounds or Bounds()
        self.findings = Findings()
        self.threads = Threads(
            bounds.threads,
            bounds.lost_threads,
            on_lost=lambda holder: self.findings.note(_lost(holder)),
            on_returned=lambda holder: self.findings.over(_lost(holder), time.time()),
        )
        self.endings = Endings(self.findings)
        self.memory = MemoryGauge(memory_limit, self.findings, under_way=_blocks)
        self._monotonic = monotonic
        self._worker = WorkerFacts(here=False)
        self._asked = self._looked = -math.inf
        self._steps: dict[StepContext, StepFacts] = {}

    async def end_tasks(
        self, tasks: Iterable[asyncio.Task[Any]], more: float = _MORE
    ) -> set[asyncio.Task[Any]]:
        """Cancels tasks of a run; returns those that do not obey, which are left behind.

        They get `more` seconds than a block has, for they may be waiting for one themselves.
        """
        return await self.endings.end(tasks, self.bounds.grace_seconds + more)

    def places(self, running: int, slots: int) -> int:
        """How many runs a worker may claim beside those it has; asked before every claim.

        While memory is full none may, except one alone: memory that the process keeps without
        using it must not stop it for good.
        """
        self._asked = now = self._monotonic()
        if now - self._looked >= _LOOK:
            self._looked = now
            self._look()
        full = self.memory.is_full
        free = slots - running
        self._worker = WorkerFacts(True, running, free, full)
        return min(free, 0 if running else 1) if full else free

    def worker(self) -> WorkerFacts:
        """What the worker of this process does, if it still claims."""
        silent = self._monotonic() - self._asked > _SILENT
        return self._worker._replace(here=False) if silent else self._worker

    def steps(self) -> list[StepFacts]:
        """The steps that were under way when they were last looked at, some seconds ago."""
        return list(self._steps.values())

    def _look(self) -> None:
        now, known = time.time(), self._steps
        self._steps = {ctx: known.get(ctx) or _facts(ctx, now) for ctx in whose.under_way()}


def _facts(ctx: StepContext, now: float) -> StepFacts:
    code, firing = ctx.firing.node.code, ctx.firing
    block = code.spec.id if code else "?"
    limited = ctx.deadline is not None
    return StepFacts(ctx.run_id, firing.path, firing.iteration, block, now, limited)


def _blocks() -> list[str]:
    return [code.spec.id for ctx in whose.under_way() if (code := ctx.firing.node.code)]


def _lost(holder: Holder) -> Sighting:
    now = time.time()
    remark = LOST_THREAD.at(node=holder.node, block=holder.block)
    return seen(remark, since=now, now=now, run=holder.run, block=holder.block)


UNGUARDED = Guard()
"""For attempts outside a worker: the usual limits, with nobody to look at the findings."""

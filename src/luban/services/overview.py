"""How the installation stands, for whoever runs it: workers, queue, storage, what is stuck."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from luban.ports.clock import Clock
from luban.ports.limits import LimitUse, ProviderLimits
from luban.ports.overview import OverviewStore, QueueDepth, Sizes, StuckRun, WorkerRow

STUCK_AFTER = 15 * 60.0
"""Seconds in the queue after which a run counts as stuck."""


class Stands(NamedTuple):
    """Everything at one moment, `at`."""

    at: float
    depth: QueueDepth
    workers: list[WorkerRow]
    stuck: list[StuckRun]
    sizes: Sizes
    limits: Sequence[LimitUse]


class Overview:
    """Asks the store about all owners; only for who may see the system."""

    def __init__(self, store: OverviewStore, limits: ProviderLimits, clock: Clock) -> None:
        self._store = store
        self._limits = limits
        self._clock = clock

    async def look(self) -> Stands:
        now = self._clock.now()
        return Stands(
            at=now,
            depth=await self._store.depth(),
            workers=await self._store.workers(),
            stuck=await self._store.stuck(now - STUCK_AFTER),
            sizes=await self._store.sizes(),
            limits=self._limits.uses(),
        )

"""What Prometheus reads: the numbers of this process, and how the store stands."""

from __future__ import annotations

import asyncio
import logging

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.limits import ProviderLimits
from luban.ports.overview import OverviewStore
from luban.ports.watching import Collector
from luban.services.findings import Findings

log = logging.getLogger(__name__)

_FRESH = 5.0
"""Seconds for which what the store said is told again, however many ask."""


class Meters:
    """Asks the store when it is asked itself, and seldom."""

    def __init__(
        self,
        collector: Collector,
        store: OverviewStore,
        limits: ProviderLimits,
        findings: Findings,
        clock: Clock,
    ) -> None:
        self._collector = collector
        self._store = store
        self._limits = limits
        self._findings = findings
        self._clock = clock
        self._asked: float | None = None
        self._asking = asyncio.Lock()

    async def text(self) -> bytes:
        """All metrics; while the store is away, those of the store as they were."""
        async with self._asking:
            now = self._clock.monotonic()
            if self._asked is None or now - self._asked >= _FRESH:
                await self._ask()
                self._asked = self._clock.monotonic()
        self._collector.know_findings(self._findings.count())
        return self._collector.text()

    async def _ask(self) -> None:
        try:
            depth = await self._store.depth()
            workers = await self._store.workers()
        except LubanError as error:
            log.warning("the metrics of the store are those of before: %s", error)
            return
        self._collector.know(self._clock.now(), depth, workers, self._limits.uses())

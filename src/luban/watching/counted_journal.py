"""A journal that counts what it stores, batch by batch, after it is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from time import perf_counter

import orjson

from luban.model.events import Row
from luban.ports.journal import Journal, Recorded, RunChange
from luban.watching.metrics import MetricsCollector

_FAILED = "step_failed"
_KIND = itemgetter(1)


class CountedJournal:
    """`Journal` over another one."""

    def __init__(
        self,
        journal: Journal,
        metrics: MetricsCollector,
        *,
        stored: Callable[[Sequence[Row]], None] | None = None,
    ) -> None:
        """`stored` is told of each batch, for traces."""
        self._journal = journal
        self._metrics = metrics
        self._stored = stored

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        began = perf_counter()
        await self._journal.commit(rows, changes)
        self._metrics.commit_seconds.observe(perf_counter() - began)
        if self._stored is not None:
            self._stored(rows)
        kinds = self._metrics.kinds
        before = kinds[_FAILED]
        kinds.update(map(_KIND, rows))  # counted in C: this is on the way of every step
        if kinds[_FAILED] == before:
            return
        for row in rows:
            if row.kind == _FAILED:
                error = orjson.loads(row.data).get("error") or {}
                self._metrics.record_failure(error.get("block") or "?", error.get("code") or "?")

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        return await self._journal.read(run, after, limit)

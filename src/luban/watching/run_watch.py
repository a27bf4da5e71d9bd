"""What is told of each run that a worker has: lines of the log, metrics, a span of a trace."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from luban.model.events import RunEnded, RunPaused
from luban.ports.asking import ASKING, UNDER_WAY, UnderWay
from luban.ports.journal import ClaimedRun
from luban.ports.run_watch import Left, Tell
from luban.watching.metrics import MetricsCollector
from luban.watching.trace_names import RUN_STATUS

log = logging.getLogger("luban.runs")


class RunTeller:
    """`RunWatch` of a worker."""

    def __init__(
        self,
        metrics: MetricsCollector,
        span: Callable[[ClaimedRun], AbstractContextManager[Any]] | None = None,
    ) -> None:
        self._metrics = metrics
        self._span = span

    @contextmanager
    def run(self, claimed: ClaimedRun) -> Iterator[Tell]:
        ASKING.set(None)  # a run is nobody's request any more
        UNDER_WAY.set(UnderWay(claimed.id, claimed.agent_id))
        metrics = self._metrics
        metrics.runs_here += 1
        if claimed.claims == 1:
            metrics.record_queue_seconds(claimed.started_at - claimed.created_at)
        log.info("agent_run %s", "started" if claimed.claims == 1 else "taken up again")
        try:
            if self._span is None:
                yield lambda left: self._tell(claimed, left)
                return
            with self._span(claimed) as span:
                yield lambda left: self._tell(claimed, left, span)
        finally:
            metrics.runs_here -= 1

    def _tell(self, claimed: ClaimedRun, left: Left, span: Any = None) -> None:
        if span is not None:
            span.set_attribute(RUN_STATUS, getattr(left, "status", "waiting"))
        if not isinstance(left, RunEnded):
            log.info("agent_run %s", "paused" if isinstance(left, RunPaused) else "waits")
            return
        took = max(0.0, left.at - claimed.started_at) if claimed.started_at else 0.0
        self._metrics.record_execution(left.status, claimed.agent_id)
        self._metrics.record_run_seconds(left.status, took)
        code = (left.error or {}).get("code")
        facts = {"status": left.status, "seconds": round(took, 3)}
        if code:
            facts["code"] = code
        log.info(
            "agent_run %s after %.3f s%s",
            left.status,
            took,
            f" ({code})" if code else "",
            extra={"told": facts},
        )

"""The metrics of one process, in a registry of its own.

What is counted per step is counted in plain numbers as batches are stored, and only becomes a
metric when somebody asks. Labels are bounded: addresses are those of routes, statuses classes, and
of agents, blocks and providers only the first ones have a label of their own.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from luban.model.run import ENDED
from luban.ports.limits import LimitUse
from luban.ports.overview import QueueDepth, WorkerRow

OTHER = "other"
"""What stands for everything beyond the first."""
_MOST = 100
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_LONG = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Capped:
    """Gives the first names a label of their own, and the rest one together."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: set[str] = set()

    def __call__(self, name: str) -> str:
        if name in self._known:
            return name
        if len(self._known) >= self._most:
            return OTHER
        self._known.add(name)
        return name


class MetricsCollector:
    """Everything that is counted and measured here; `text` is what Prometheus reads."""

    def __init__(self, version: str, database: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.kinds: Tally[str] = Tally()
        """Events that were stored, by kind."""
        self.errors: Tally[tuple[str, str]] = Tally()
        """Steps that failed, by block and code of the error."""
        self.ended: Tally[tuple[str, str]] = Tally()
        """Runs that ended, by status and agent."""
        self.runs_here = 0
        """Runs that this process has."""
        self._agents, self._blocks, self._providers = Capped(), Capped(), Capped(50)
        self._depth = QueueDepth()
        self._now = 0.0
        self._workers: list[WorkerRow] = []
        self._uses: Sequence[LimitUse] = []
        about = Gauge(
            "luban_build_info", "What runs here.", ["version", "database"], registry=registry
        )
        about.labels(version, database).set(1)
        self._requests(registry)
        self._runs(registry)
        self._process(registry)
        registry.register(_AsTold(self))

    def _requests(self, registry: CollectorRegistry) -> None:
        self._http = Counter(
            "http_requests_total",
            "Requests answered; `endpoint` as the route has it.",
            ["method", "endpoint", "status"],
            registry=registry,
        )
        self._http_seconds = Histogram(
            "http_request_duration_seconds",
            "From the head of a request to the beginning of its answer.",
            ["method", "endpoint"],
            buckets=_QUICK,
            registry=registry,
        )
        self._response_time = Histogram(
            "api_response_time",
            "Seconds until an answer begins, of all addresses together.",
            buckets=_QUICK,
            registry=registry,
        )
        self.in_flight = Gauge(
            "http_requests_in_flight", "Requests being answered.", registry=registry
        )

    def _runs(self, registry: CollectorRegistry) -> None:
        run_seconds = Histogram(
            "agent_run_duration_seconds",
            "From the first claim of a run to its end, waits included.",
            ["status"],
            buckets=_LONG,
            registry=registry,
        )
        # Looked up once: finding a metric by its labels takes longer than changing it.
        self._run_seconds = {status.value: run_seconds.labels(status.value) for status in ENDED}
        self._queue_seconds = Histogram(
            "luban_run_queue_seconds",
            "From when a run was asked for until a worker took it.",
            buckets=_LONG,
            registry=registry,
        )

    def _process(self, registry: CollectorRegistry) -> None:
        self.commit_seconds = Histogram(
            "luban_journal_commit_seconds",
            "To store one batch of events.",
            buckets=(0.0001, *_QUICK),
            registry=registry,
        )
        self.lag = Histogram(
            "luban_event_loop_lag_seconds",
            "How late the event loop comes to what is due, looked at once a second.",
            buckets=_QUICK,
            registry=registry,
        )
        self._deliveries = Counter(
            "luban_webhook_deliveries_total",
            "Attempts to send an event to a webhook.",
            ["outcome"],
            registry=registry,
        )
        self.findings = Gauge(
            "luban_findings", "What watchdogs of this process see now.", registry=registry
        )

    def record_request(
        self, method: str, endpoint: str, status: int, duration: float | None
    ) -> None:
        """As `luban.ports.watching.Watcher.record_request` says."""
        method = method if method in _METHODS else OTHER
        self.in_flight.dec()
        self._http.labels(method, endpoint, f"{status // 100}xx" if status else "none").inc()
        if duration is not None:
            self._http_seconds.labels(method, endpoint).observe(duration)
            self._response_time.observe(duration)

    def record_execution(self, status: str, graph_id: str) -> None:
        """A run ended, of this agent."""
        self.ended[status, self._agents(graph_id)] += 1

    def record_run_seconds(self, status: str, seconds: float) -> None:
        self._run_seconds[status].observe(max(0.0, seconds))

    def record_queue_seconds(self, seconds: float) -> None:
        self._queue_seconds.observe(max(0.0, seconds))

    def record_failure(self, block: str, code: str) -> None:
        """A step failed for good."""
        self.errors[self._blocks(block), code] += 1

    def record_delivery(self, outcome: str) -> None:
        self._deliveries.labels(outcome).inc()

    def know(
        self, now: float, depth: QueueDepth, workers: list[WorkerRow], uses: Sequence[LimitUse]
    ) -> None:
        """What the store and the limits of providers said just now."""
        self._now, self._depth, self._workers, self._uses = now, depth, workers, uses

    def know_findings(self, count: int) -> None:
        self.findings.set(count)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def told(self) -> Iterator[Any]:
        """What is kept as plain numbers, as metrics."""
        kinds = dict(self.kinds)
        done, failed = kinds.get("step_finished", 0), kinds.get("step_failed", 0)
        steps = CounterMetricFamily(
            "block_executions", "Steps that ended here, whether well or not."
        )
        steps.add_metric([], done + failed)
        yield steps
        errors = CounterMetricFamily(
            "block_execution_errors",
            f"Steps that failed here, by block: the first {_MOST}, then `other`.",
            labels=["block", "code"],
        )
        for (block, code), count in sorted(self.errors.items()):
            errors.add_metric([block, code], count)
        yield errors
        events = CounterMetricFamily(
            "luban_journal_events", "Events stored, by kind.", labels=["kind"]
        )
        for kind, count in sorted(kinds.items()):
            events.add_metric([kind], count)
        yield events
        yield from self._of_runs()
        yield from self._of_store()
        yield from self._of_providers()

    def _of_runs(self) -> Iterator[Any]:
        ended = CounterMetricFamily("agent_runs", "Runs that ended here.", labels=["status"])
        by_status: Tally[str] = Tally()
        for (status, _), count in self.ended.items():
            by_status[status] += count
        for status, count in sorted(by_status.items()):
            ended.add_metric([status], count)
        yield ended
        agents = CounterMetricFamily(
            "agent_executions",
            f"Runs that ended here, by agent: the first {_MOST}, then `other`.",
            labels=["status", "graph_id"],
        )
        for (status, agent), count in sorted(self.ended.items()):
            agents.add_metric([status, agent], count)
        yield agents
        yield _gauge("luban_runs_in_process", "Runs that this process has.", self.runs_here)

    def _of_store(self) -> Iterator[Any]:
        depth = GaugeMetricFamily(
            "queue_depth", "Runs that are not over, of all processes.", labels=["status"]
        )
        for status in ("queued", "running", "waiting"):
            depth.add_metric([status], getattr(self._depth, status))
        yield depth
        oldest = self._depth.oldest
        yield _gauge(
            "luban_queue_oldest_seconds",
            "How long the first queued run has waited.",
            0.0 if oldest is None else max(0.0, self._now - oldest),
        )
        workers = GaugeMetricFamily(
            "luban_workers", "Workers that the store knows.", labels=["state"]
        )
        dead = sum(each.dead for each in self._workers)
        workers.add_metric(["alive"], len(self._workers) - dead)
        workers.add_metric(["dead"], dead)
        yield workers
        leases = [each.lease for each in self._workers if each.lease is not None and not each.dead]
        yield _gauge(
            "luban_lease_seconds_left",
            "The shortest lease of a worker; below 0 its runs are about to go to others.",
            min(leases, default=self._now) - self._now,
        )

    def _of_providers(self) -> Iterator[Any]:
        for name, text in (
            ("waiting", "Calls that wait for a provider."),
            ("in_flight", "Calls that a provider is answering."),
            ("blocked_seconds", "How long a provider is left alone."),
        ):
            family = GaugeMetricFamily(f"luban_provider_{name}", text, labels=["provider"])
            totals: dict[str, float] = {}
            for use in self._uses:
                label = self._providers(use.key)
                totals[label] = totals.get(label, 0) + getattr(use, name)
            for label, total in sorted(totals.items()):
                family.add_metric([label], total)
            yield family


class _AsTold:
    """What a registry asks."""

    def __init__(self, metrics: MetricsCollector) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Any]:
        return self._metrics.told()


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)

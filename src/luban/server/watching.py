"""What watches over an installation: made here, and handed to the house and to the worker."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol, cast

from luban.engine.guard import Guard
from luban.model.errors import LubanError
from luban.ports.audit import AuditStore
from luban.ports.clock import Clock
from luban.ports.journal import Journal
from luban.ports.limits import ProviderLimits
from luban.ports.overview import OverviewStore
from luban.ports.vault import Sealing
from luban.ports.watching import Span
from luban.ports.webhooks import WebhookStore
from luban.ports.world import World
from luban.sdk.http import Http
from luban.server.settings import Settings
from luban.services.auditing import Auditing
from luban.services.findings import Findings
from luban.services.health import Check, HealthChecks
from luban.services.meters import Meters
from luban.services.webhooks import Sending, Webhooks
from luban.watching.counted_journal import CountedJournal
from luban.watching.metrics import MetricsCollector
from luban.watching.run_watch import RunTeller

if TYPE_CHECKING:
    from luban.watching.tracing import Tracing

log = logging.getLogger(__name__)

_LOOK = 1.0
_BEGINNING = 10.0
"""Seconds that a worker is given for its first look at the queue."""


class Stores(Protocol):
    """What of a database is watched."""

    kind: str

    @property
    def journal(self) -> Journal: ...
    @property
    def audit(self) -> AuditStore: ...
    @property
    def overview(self) -> OverviewStore: ...


@dataclass(frozen=True)
class Watching:
    """One of each, for one open installation."""

    audit: Auditing
    health: HealthChecks
    collector: MetricsCollector
    journal: Journal
    """The journal, counted."""
    runs: RunTeller
    called: asyncio.Event
    """Set when a webhook has something to be sent."""
    tracing: Tracing | None = None

    def began(self) -> None:
        self.collector.in_flight.inc()

    def record_request(
        self, method: str, endpoint: str, status: int, duration: float | None
    ) -> None:
        self.collector.record_request(method, endpoint, status, duration)

    def span(self, parent: str) -> AbstractContextManager[Span]:
        return nullcontext(_NO_SPAN) if self.tracing is None else self.tracing.request(parent)

    def trace_parent(self) -> str:
        """What a run that is started here remembers of where it came from."""
        return "" if self.tracing is None else self.tracing.parent()

    def world(self, world: World) -> World:
        """The same, with spans around what steps call."""
        if self.tracing is None:
            return world
        from luban.watching.traced_world import TracedWorld

        return cast("World", TracedWorld(world, self.tracing))

    async def aclose(self) -> None:
        """Stores and sends what is left."""
        await self.audit.aclose()
        if self.tracing is not None:
            await self.tracing.aclose()


def open_watching(settings: Settings, stores: Stores, clock: Clock) -> Watching:
    collector = MetricsCollector(version("luban"), stores.kind)
    health = HealthChecks(clock)
    health.register("database", stores.overview.ping)
    if settings.redis_url:
        health.register("redis", _redis(settings.redis_url), needed=False)
    tracing = open_tracing(settings.environment)
    return Watching(
        audit=Auditing(stores.audit, clock, keep_days=settings.keep_audit_days),
        health=health,
        collector=collector,
        journal=CountedJournal(
            stores.journal, collector, stored=tracing.stored if tracing else None
        ),
        runs=RunTeller(collector, tracing.run if tracing else None),
        called=asyncio.Event(),
        tracing=tracing,
    )


def _redis(url: str) -> Check:
    """Whether Redis answers; without it every process counts requests for itself."""

    async def ping() -> None:
        from redis.asyncio import Redis

        client = Redis.from_url(url, socket_timeout=_LOOK, socket_connect_timeout=_LOOK)
        try:
            if not await cast("Awaitable[bool]", client.ping()):
                raise OSError("Redis answers something else")
        finally:
            await client.aclose()

    return ping


def open_tracing(environment: Mapping[str, str]) -> Tracing | None:
    """Traces, where the variables of OpenTelemetry say where to; its libraries only then."""
    base = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip().rstrip("/")
    endpoint = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip()
    if not (base or endpoint) or environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        from luban.watching.tracing import Tracing
    except ImportError as error:
        log.warning("no traces are sent: install luban[traces] (%s)", error)
        return None
    service = environment.get("OTEL_SERVICE_NAME", "") or "luban"
    share = _share(environment.get("OTEL_TRACES_SAMPLER_ARG", ""))
    return Tracing(endpoint or f"{base}/v1/traces", version("luban"), share=share, service=service)


def _share(text: str) -> float:
    """How much of all is traced, 0 to 1."""
    try:
        return min(1.0, max(0.0, float(text))) if text else 1.0
    except ValueError:
        log.warning("OTEL_TRACES_SAMPLER_ARG is %r, not a number from 0 to 1: all is traced", text)
        return 1.0


def open_meters(
    watching: Watching,
    stores: Stores,
    limits: ProviderLimits,
    findings: Findings,
    clock: Clock,
) -> Meters:
    return Meters(watching.collector, stores.overview, limits, findings, clock)


def open_webhooks(
    watching: Watching, store: WebhookStore, sealing: Sealing, clock: Clock
) -> Webhooks:
    return Webhooks(store, sealing, clock, watching.called.set)


def open_sending(
    watching: Watching,
    store: WebhookStore,
    sealing: Sealing,
    http: Http,
    guard: Guard,
    clock: Clock,
) -> Sending:
    """`http` is guarded: whoever chooses an address must not reach what only the server may."""
    counted = watching.collector.record_delivery
    called = watching.called
    return Sending(store, sealing, http, clock, guard.findings, called, counted=counted)


def check_worker(health: HealthChecks, guard: Guard) -> None:
    """From when a worker has begun on, it must go on claiming."""

    began = time.monotonic()

    async def claims() -> None:
        if not guard.worker().here and time.monotonic() - began > _BEGINNING:
            raise WorkerSilent

    health.register("worker", claims)


class WorkerSilent(LubanError):
    """The worker of this process has stopped to take runs."""

    code = "worker_silent"
    status = 503
    en = "The worker of this process has taken no run for a while. Restart the process."
    zh = "该进程的工作进程已有一段时间没有接收运行。请重启该进程。"


async def measure_loop(collector: MetricsCollector) -> None:
    """Measures how late the event loop is, until it is cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _LOOK
        await asyncio.sleep(_LOOK)
        collector.lag.observe(max(0.0, loop.time() - due))


class _NoSpan:
    def tell(self, name: str, **facts: Any) -> None:
        return None


_NO_SPAN = _NoSpan()

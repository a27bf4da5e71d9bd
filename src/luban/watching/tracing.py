"""Spans for OpenTelemetry: request, run, step, call of a model or an address; never their values.

Only imported where somebody sends traces. A step's span is made when the step is in the journal,
from what stands there, so that no step waits for it; its id follows from run, node and iteration,
and so what it called knows its parent before it is there.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from luban.engine import whose
from luban.model.events import Row
from luban.ports.journal import ClaimedRun
from luban.watching import trace_names as names

log = logging.getLogger(__name__)

_ENDS = frozenset({"step_finished", "step_failed"})
_HEADER = "traceparent"
_CODEC = TraceContextTextMapPropagator()
_SECOND = 1_000_000_000


class Tracing:
    """Makes spans and sends them to `endpoint`, a share of them all; `aclose` sends the last."""

    def __init__(
        self, endpoint: str, version: str, *, share: float = 1.0, service: str = "luban"
    ) -> None:
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=Resource.create({names.SERVICE: service, names.SERVICE_VERSION: version}),
            sampler=ParentBased(TraceIdRatioBased(share)),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=endpoint)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("luban", version)
        self._runs: dict[str, Context] = {}

    async def aclose(self) -> None:
        await asyncio.to_thread(self._provider.shutdown)

    def parent(self) -> str:
        """The span that goes on here, as a header; empty where there is none."""
        carrier: dict[str, str] = {}
        _CODEC.inject(carrier)
        return carrier.get(_HEADER, "")

    @contextmanager
    def request(self, parent: str) -> Iterator[RequestSpan]:
        """Around a request; whoever sent it may have begun the trace."""
        above = _CODEC.extract({_HEADER: parent}) if parent else Context()
        with self._tracer.start_as_current_span(
            "request", context=above, kind=trace.SpanKind.SERVER, record_exception=False
        ) as span:
            yield RequestSpan(span)

    @contextmanager
    def run(self, claimed: ClaimedRun) -> Iterator[trace.Span]:
        """Around a run as long as this worker has it; the trace goes on with the next worker."""
        parent = claimed.options.trace if claimed.options else None
        above = _CODEC.extract({_HEADER: parent}) if parent else Context()
        self._ids.trace = None if parent else _number(claimed.id, 16)
        try:
            span = self._tracer.start_span(
                names.RUN_SPAN,
                context=above,
                kind=trace.SpanKind.CONSUMER,
                attributes={
                    names.RUN: claimed.id,
                    names.AGENT: claimed.agent_id,
                    names.VERSION: claimed.version,
                    names.CLAIM: claimed.claims,
                },
            )
        finally:
            self._ids.trace = None
        if span.is_recording():
            self._runs[claimed.id] = trace.set_span_in_context(span, Context())
        try:
            with trace.use_span(span, end_on_exit=True, record_exception=False):
                yield span
        finally:
            self._runs.pop(claimed.id, None)

    def stored(self, rows: Sequence[Row]) -> None:
        """Spans of the steps that ended in these rows, where their run is traced."""
        for row in rows:
            if row.kind in _ENDS and (above := self._runs.get(row.run)) is not None:
                self._step(row, above)

    def _step(self, row: Row, above: Context) -> None:
        event: dict[str, Any] = orjson.loads(row.data)
        began = int(event["started_at"] * _SECOND)
        self._ids.span = _step_id(row.run, row.node, row.iteration)
        try:
            span = self._tracer.start_span(
                names.STEP_SPAN.format(node=row.node),
                context=above,
                start_time=began,
                attributes={
                    names.RUN: row.run,
                    names.NODE: row.node,
                    names.ITERATION: row.iteration,
                },
            )
        finally:
            self._ids.span = None
        error = event.get("error")
        if error:
            span.set_attribute(names.BLOCK, error.get("block") or "")
            span.set_attribute(names.ERROR_CODE, error.get("code") or "")
            span.set_status(Status(StatusCode.ERROR, error.get("code")))
        span.end(began + int(event["duration"] * _SECOND))

    @contextmanager
    def call(self, name: str, attributes: Mapping[str, Any]) -> Iterator[trace.Span]:
        """Around what a step asks of the outside."""
        with self._tracer.start_as_current_span(
            name,
            context=self._of_step(),
            kind=trace.SpanKind.CLIENT,
            attributes=dict(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except Exception as error:
                code = getattr(error, "code", type(error).__name__)
                span.set_attribute(names.ERROR_CODE, str(code))
                span.set_status(Status(StatusCode.ERROR, str(code)))
                raise

    def _of_step(self) -> Context | None:
        doing = whose.DOING.get()
        above = self._runs.get(doing.run_id) if doing is not None else None
        if doing is None or above is None:
            return None  # whatever is going on here
        run = trace.get_current_span(above).get_span_context()
        step = SpanContext(
            run.trace_id,
            _step_id(doing.run_id, doing.firing.path, doing.firing.iteration),
            is_remote=False,
            trace_flags=TraceFlags(run.trace_flags),
        )
        return trace.set_span_in_context(trace.NonRecordingSpan(step), Context())


class RequestSpan:
    """The span of a request, which learns late what was asked for."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, name: str, **facts: Any) -> None:
        self._span.update_name(name)
        self._span.set_attribute(names.REQUEST_METHOD, facts.get("method", ""))
        self._span.set_attribute(names.ROUTE, facts.get("endpoint", ""))
        status = facts.get("status", 0)
        self._span.set_attribute(names.STATUS_CODE, status)
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))


class _Ids(RandomIdGenerator):
    """Random ids, unless one was chosen for the span that is being made."""

    span: int | None = None
    trace: int | None = None

    def generate_span_id(self) -> int:
        return self.span or super().generate_span_id()

    def generate_trace_id(self) -> int:
        return self.trace or super().generate_trace_id()


def _step_id(run: str, node: str, iteration: int) -> int:
    return _number(f"{run}/{node}/{iteration}", 8)


def _number(text: str, size: int) -> int:
    """Never 0, which means that there is none."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:size], "big") or 1

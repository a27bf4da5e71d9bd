"""Traces, as a collector gets them: from a request over the queue to what a step called."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from luban.api.app import create_app
from tests.api.kit import V1, http_client, make_agent, named_owner
from tests.services.kit import ME, memory_home

CALLER = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class Seen:
    """A span as it arrived."""

    name: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    seconds: float


@dataclass
class Collector:
    """Takes traces over OTLP and HTTP, and answers other requests with a page."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    raw: bytes = b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        headers: dict[str, str] = {}
        while (header := (await reader.readline()).decode().strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if line.startswith(b"POST /v1/traces "):
            assert headers["content-type"] == "application/x-protobuf"
            body = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
            self.raw += body
            self._take(ExportTraceServiceRequest.FromString(body))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    def _take(self, request: Any) -> None:
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for each in scope.spans:
                    facts = {fact.key: _value(fact.value) for fact in each.attributes}
                    took = (each.end_time_unix_nano - each.start_time_unix_nano) / 1e9
                    place = (each.trace_id.hex(), each.span_id.hex(), each.parent_span_id.hex())
                    self.spans.append(Seen(each.name, *place, facts, took))

    def one(self, name: str) -> Seen:
        (found,) = [each for each in self.spans if each.name == name]
        return found


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    made = Collector()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


def fetching(url: str) -> dict[str, Any]:
    return {
        "luban": 1,
        "name": "Fetching",
        "nodes": {
            "get": {"block": "web.http_request", "with": {"url": url}},
            "bad": {"block": "test.fail", "with": {"value": "a SECRET value"}},
        },
        "settings": {"on_error": "continue"},
    }


async def test_one_trace_from_the_request_to_what_a_step_called(tmp_path: Path) -> None:
    async with (
        collector() as there,
        memory_home(
            tmp_path,
            allow_hosts=("loopback",),
            environment={"OTEL_EXPORTER_OTLP_ENDPOINT": there.url},
        ) as home,
    ):
        async with http_client(create_app(home.house, identify=named_owner)) as http:
            agent = await make_agent(http, fetching(f"{there.url}/page?key=SECRET"))
            answer = await http.post(
                f"{V1}/agents/{agent}/runs",
                json={},
                headers={"traceparent": f"00-{CALLER}-b7ad6b7169203331-01"},
            )
            run = answer.json()["id"]
        await home.worker.run_one(run)
    request = there.one(f"POST {V1}/agents/{{agent_id}}/runs")
    assert request.trace == CALLER and request.parent == "b7ad6b7169203331"
    assert request.facts["http.response.status_code"] == 201
    ran = there.one("run")
    assert ran.trace == CALLER and ran.parent == request.id
    assert ran.facts["luban.run"] == run and ran.facts["luban.run.status"] == "failed"
    step = there.one("step get")
    assert step.trace == CALLER and step.parent == ran.id and step.seconds > 0
    call = there.one("GET 127.0.0.1")
    assert call.trace == CALLER and call.parent == step.id
    assert call.facts["http.response.status_code"] == 200
    failed = there.one("step bad")
    assert failed.facts["error.type"] == "block_crashed"
    assert b"SECRET" not in there.raw


async def test_runs_nobody_asked_for_have_a_trace_of_their_own(tmp_path: Path) -> None:
    async with (
        collector() as there,
        memory_home(tmp_path, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": there.url}) as home,
    ):
        async with http_client(create_app(home.house, identify=named_owner)) as http:
            agent = await make_agent(http, fetching("http://127.0.0.1:1/"))
        run = await home.house.runs.start(ME, agent, {}, trigger="schedule")
        await home.worker.run_one(run.id)
    ran = there.one("run")
    assert ran.parent == "" and ran.trace != there.one(f"POST {V1}/agents").trace
    assert there.one("step get").trace == ran.trace


async def test_a_share_of_nothing_sends_nothing(tmp_path: Path) -> None:
    async with collector() as there:
        environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": there.url,
            "OTEL_TRACES_SAMPLER_ARG": "0",
        }
        async with (
            memory_home(tmp_path, environment=environment) as home,
            http_client(create_app(home.house, identify=named_owner)) as http,
        ):
            agent = await make_agent(http, fetching("http://127.0.0.1:1/"))
            run = await home.house.runs.start(ME, agent, {})
            await home.worker.run_one(run.id)
    assert there.spans == []


def test_nothing_is_imported_where_nobody_wants_traces() -> None:
    import subprocess
    import sys

    check = (
        "import sys, luban.server.wiring, luban.api.app; "
        "sys.exit('opentelemetry.sdk' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", check], timeout=60).returncode == 0

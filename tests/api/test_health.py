"""`/health` says how things stand, `/metrics` counts; both tell each caller what it may know."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.api.app import create_app
from luban.api.door import Door
from luban.model.access import Caller
from luban.ports.clock import SystemClock
from luban.server.metrics_port import metrics_port
from luban.server.wiring import Home
from luban.services.health import HealthChecks
from tests.api.kit import V1, assert_error, http_client, make_agent
from tests.services.kit import CALCULATOR, ME, memory_home

BOB = {"x-owner": "bob"}


async def nobody(connection: Any) -> Caller:
    return Caller()


async def test_health_tells_each_check(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "healthy" and body["version"]
    database = body["checks"]["database"]
    assert database["status"] == "healthy" and database["error"] is None
    assert database["duration"] >= 0 and database["timestamp"].endswith("Z")


async def test_a_failing_check_makes_it_503_and_tells_strangers_no_cause(tmp_path: Path) -> None:
    async def broken() -> None:
        raise OSError("connect to 10.1.2.3:5432 as luban failed")

    async with memory_home(tmp_path) as home:
        home.house.health.register("database", broken)
        async with http_client(create_app(home.house)) as http:
            told = await http.get("/health")
        async with http_client(create_app(home.house, identify=nobody)) as http:
            stranger = await http.get("/health")
            assert (await http.get("/health/live")).status_code == 200
            assert (await http.get("/health/ready")).status_code == 503
    for answer in (told, stranger):
        assert answer.status_code == 503
        assert answer.json()["checks"]["database"]["status"] == "unhealthy"
    assert "10.1.2.3" in told.text
    assert "10.1.2.3" not in stranger.text


async def test_checks_are_made_at_the_same_time_with_a_limit_and_once_for_all() -> None:
    checks, made = HealthChecks(SystemClock()), 0

    async def slow() -> None:
        nonlocal made
        made += 1
        await asyncio.sleep(0.15)

    async def stuck() -> None:
        await asyncio.get_running_loop().create_future()

    checks.register("one", slow)
    checks.register("two", slow)
    checks.register("stuck", stuck, seconds=0.2)
    began = time.perf_counter()
    found = await asyncio.gather(*(checks.run() for _ in range(5)))
    assert time.perf_counter() - began < 1
    assert made == 2
    assert found[0].checks["one"].status == "healthy"
    assert found[0].checks["stuck"].status == "error"
    assert "0.2 s" in (found[0].checks["stuck"].error or "")
    assert found[0].status == "unhealthy"


async def test_what_can_be_done_without_makes_nothing_unhealthy(tmp_path: Path) -> None:
    async with memory_home(tmp_path, redis_url="redis://127.0.0.1:1/0") as home:
        health = await home.house.health.run()
    assert health.checks["redis"].status == "unhealthy" and health.status == "healthy"


async def test_cancelling_who_asks_cancels_the_checks() -> None:
    checks, ended = HealthChecks(SystemClock()), asyncio.Event()

    async def stuck() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    checks.register("stuck", stuck, seconds=60)
    asking = asyncio.create_task(checks.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ended.is_set()


async def test_ready_only_between_opening_and_closing(tmp_path: Path) -> None:
    closing = asyncio.Event()
    async with memory_home(tmp_path) as home:
        app = create_app(home.house, closing=closing)
        async with http_client(app) as http:
            home.house.health.ready = False
            assert (await http.get("/health/ready")).json() == {"status": "not_ready"}
            await home.start_worker()
            ready = await http.get("/health/ready")
            assert ready.status_code == 200 and ready.json() == {"status": "ready"}
            assert (await http.get("/health")).json()["checks"].keys() == {"database", "worker"}
            closing.set()
            leaving = await http.get("/health/ready")
            assert leaving.status_code == 503 and leaving.json() == {"status": "closing"}


async def test_metrics_need_the_permission_or_the_token(tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home:
        app = create_app(home.house, identify=nobody, door=Door(metrics_token="t0ken"))
        async with http_client(app) as http:
            assert_error(await http.get("/metrics"), 401, "sign_in_needed")
            for wrong in ("Bearer t0ke", "Bearer ", "Basic t0ken", "Bearer t0ken2"):
                headers = {"authorization": wrong}
                assert (await http.get("/metrics", headers=headers)).status_code == 401
            shown = await http.get("/metrics", headers={"authorization": "Bearer t0ken"})
            assert shown.status_code == 200
            assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
        without = create_app(home.house, identify=nobody)
        async with http_client(without) as http:
            headers = {"authorization": "Bearer "}
            assert (await http.get("/metrics", headers=headers)).status_code == 401


async def test_only_who_may_see_the_system_reads_metrics(http: httpx2.AsyncClient) -> None:
    assert_error(await http.get("/metrics", headers=BOB), 403, "not_permitted")
    assert (await http.get("/metrics")).status_code == 200


async def test_what_is_counted(home: Home, http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    start = {"inputs": {"a": 1, "b": 2}}
    await http.post(f"{V1}/agents/{agent}/runs", json=start)
    await http.get(f"{V1}/agents/{agent}")
    await http.get(f"{V1}/nothing/here")
    await http.get(f"{V1}/nothing/there")
    await http.get(f"{V1}/runs/r_none/events")
    text = (await http.get("/metrics")).text
    for line in (
        'http_requests_total{endpoint="/api/v1/agents/{agent_id}",method="GET",status="2xx"} 1.0',
        'http_requests_total{endpoint="/api/v1/agents",method="POST",status="2xx"} 1.0',
        'http_requests_total{endpoint="other",method="GET",status="4xx"} 2.0',
        'endpoint="/api/v1/runs/{run_id}/events",method="GET",status="4xx"} 1.0',
        'queue_depth{status="queued"} 1.0',
        "http_requests_in_flight 1.0",
    ):
        assert line in text, line
    assert agent not in text  # no ids in labels of addresses


async def test_answers_held_back_on_purpose_slow_nothing_down(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    start = {"inputs": {"a": 1, "b": 2}}
    await http.post(f"{V1}/agents/{agent}/runs", params={"wait": 0.3}, json=start)
    text = (await http.get("/metrics")).text
    assert "api_response_time_count 1.0" in text  # of making the agent
    counted = 'endpoint="/api/v1/agents/{agent_id}/runs",method="POST",status="2xx"} 1.0'
    assert counted in text


async def test_runs_steps_and_errors_are_counted(home: Home, http: httpx2.AsyncClient) -> None:
    broken = {
        "luban": 1,
        "name": "Broken",
        "nodes": {"a": {"block": "test.fail", "with": {"value": "x"}}},
    }
    good, bad = await make_agent(http, CALCULATOR), await make_agent(http, broken)
    for agent in (good, good, bad):
        run = await home.house.runs.start(ME, agent, {"a": 1, "b": 2} if agent == good else {})
        await home.worker.run_one(run.id)
    lines = (await http.get("/metrics")).text.splitlines()
    for line in (
        'agent_runs_total{status="completed"} 2.0',
        'agent_runs_total{status="failed"} 1.0',
        f'agent_executions_total{{graph_id="{good}",status="completed"}} 2.0',
        'agent_run_duration_seconds_count{status="completed"} 2.0',
        "block_executions_total 9.0",
        'block_execution_errors_total{block="test.fail",code="block_crashed"} 1.0',
        'luban_journal_events_total{kind="run_ended"} 3.0',
        "luban_runs_in_process 0.0",
    ):
        assert line in lines, line


async def test_a_port_of_its_own_for_this_machine(home: Home) -> None:
    async with metrics_port(home.house, _free()) as port, httpx2.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{port}/metrics")
        assert answer.status_code == 200 and "luban_build_info" in answer.text
        assert (await http.get(f"http://127.0.0.1:{port}/health/live")).text == "alive\n"
        assert (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 503
        assert (await http.get(f"http://127.0.0.1:{port}/api/v1/agents")).status_code == 404
        assert (await http.post(f"http://127.0.0.1:{port}/metrics")).status_code == 404


def _free() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""A real server is watched: its webhooks go out by themselves, its port and its log can be read."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.request
from pathlib import Path

from tests.server.kit import server
from tests.services.kit import CALCULATOR
from tests.watching.receiver import receiver


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


async def test_events_metrics_and_log_of_a_server(tmp_path: Path) -> None:
    port = free_port()
    more = {
        "LUBAN_METRICS_PORT": str(port),
        "LUBAN_LOG_FORMAT": "json",
        "LUBAN_ALLOW_HOSTS": "loopback",
    }
    async with receiver() as there:
        with server(tmp_path, **more) as running:
            async with running.client() as luban:
                hook = await luban.webhooks.create(there.url, events=["run.completed"])
                agent = await luban.agents.create(document=CALCULATOR)
                run = await luban.runs.start(agent.id, {"a": 2, "b": 3})
                await there.until(1)
            assert there.got[0].json["data"]["run_id"] == run.id
            assert there.got[0].is_signed_with(hook.secret or "")
            text = await asyncio.to_thread(read, f"http://127.0.0.1:{port}/metrics")
            assert 'agent_runs_total{status="completed"} 1.0' in text
            ready = await asyncio.to_thread(read, f"http://127.0.0.1:{port}/health/ready")
            assert ready == "ready\n"
            code, said = running.stop()
    assert code == 0
    lines = [json.loads(line) for line in said.splitlines()]
    of_run = [each for each in lines if each.get("run_id") == run.id]
    assert [each["message"].split()[:2] for each in of_run][:1] == [["agent_run", "started"]]
    assert {each["action"] for each in lines if each["logger"] == "audit"} == {
        "webhook.create", "agent.create", "run.start",
    }  # fmt: skip

"""Programs written for the two dialects work as they are, with only the address changed."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error
from tests.services.kit import over

SHORT: dict[str, Any] = {
    "nodes": [
        {"id": "text", "block_id": "agent_input", "config": {"name": "text"}},
        {"id": "loud", "block_id": "text_processing", "config": {"operation": "upper"}},
        {"id": "shown", "block_id": "agent_output", "config": {"name": "result"}},
    ],
    "edges": [{"from": "text", "to": "loud"}, {"from": "loud", "to": "shown"}],
}
GRAPH: dict[str, Any] = {
    "name": "集成测试智能体",
    "description": "upper case",
    "nodes": [
        {
            "id": "node1",
            "block_type": "TEXT_PROCESSING",
            "input_data": {"text": "hello world", "operation": "upper"},
        }
    ],
}


class AgentClient:
    """What a program of the first dialect sends, and what it reads."""

    def __init__(self, http: httpx2.AsyncClient, base: str) -> None:
        self.http, self.base = http, base

    async def create_agent(self, name: str, workflow: dict[str, Any]) -> str:
        body = {"name": name, "workflow": workflow}
        answer = await self.http.post(f"{self.base}/agents", json=body)
        return answer.raise_for_status().json()["id"]

    async def start_agent(self, agent: str, inputs: dict[str, Any] | None = None) -> str:
        body = None if inputs is None else {"inputs": inputs}
        answer = await self.http.post(f"{self.base}/agents/{agent}/start", json=body)
        return answer.raise_for_status().json()["id"]

    async def wait_for_completion(self, agent: str, run: str, timeout: float = 30) -> Any:
        async with asyncio.timeout(timeout):
            while True:
                answer = await self.http.get(f"{self.base}/agents/{agent}/runs/{run}")
                told = answer.raise_for_status().json()
                if told["status"] in ("completed", "failed"):
                    return told
                await asyncio.sleep(0.02)


async def test_an_agent_of_the_first_dialect(http: httpx2.AsyncClient, home: Home) -> None:
    await home.worker.start()
    client = AgentClient(http, "/api")
    agent = await client.create_agent("Loud", SHORT)
    run = await client.start_agent(agent, {"text": "quiet"})
    told = await client.wait_for_completion(agent, run)
    assert (told["status"], told["outputs"]) == ("completed", {"result": "QUIET"})
    runs = (await http.get(f"/api/agents/{agent}/runs")).json()
    assert [(each["id"], each["status"]) for each in runs["items"]] == [(run, "completed")]
    logs = (await http.get(f"/api/agents/{agent}/runs/{run}/logs")).json()["items"]
    assert [line["message"] for line in (logs[0], logs[-1])] == ["run started", "run ended"]
    assert {line["node_id"] for line in logs} == {None, "text", "loud", "shown"}
    assert all(line["level"] == "info" for line in logs)
    later = await http.get(f"/api/agents/{agent}/runs/{run}/logs?after={logs[-1]['id']}")
    assert later.json() == {"items": []}


async def test_stopping_an_agent_cancels_what_is_under_way(http: httpx2.AsyncClient) -> None:
    client = AgentClient(http, "/api")
    agent = await client.create_agent("Loud", SHORT)
    runs = [await client.start_agent(agent, {"text": "x"}) for _ in range(3)]
    stopped = (await http.post(f"/api/agents/{agent}/stop")).json()
    assert sorted(stopped["stopped"]) == sorted(runs)
    assert (await http.post(f"/api/agents/{agent}/stop")).json()["stopped"] == []
    told = (await http.get(f"/api/agents/{agent}/runs/{runs[0]}")).json()
    assert told["status"] == "cancelled"


async def test_an_agent_without_a_workflow_and_a_run_of_another(http: httpx2.AsyncClient) -> None:
    client = AgentClient(http, "/api")
    one, two = await client.create_agent("One", {}), await client.create_agent("Two", SHORT)
    run = await client.start_agent(two, {"text": "x"})
    assert (await http.get(f"/api/agents/{one}")).json()["name"] == "One"
    refused = await http.get(f"/api/agents/{one}/runs/{run}")
    assert refused.status_code == 404
    assert run in refused.json()["message"]
    assert (await http.post("/api/agents", json={"name": ""})).status_code == 422


async def test_a_graph_of_the_second_dialect(http: httpx2.AsyncClient, home: Home) -> None:
    await home.worker.start()
    created = await http.post(f"{V1}/graphs", json=GRAPH)
    assert created.status_code == 200
    graph = created.json()
    assert (graph["name"], graph["is_active"]) == (GRAPH["name"], True)
    assert graph["nodes"][0]["id"] == "node1"
    body = {"input_data": {"text": "nobody asks for this"}}
    started = await http.post(f"{V1}/graphs/{graph['id']}/executions", json=body)
    assert started.status_code == 200
    assert started.json() == {
        "execution_id": started.json()["execution_id"],
        "status": "QUEUED",
        "message": "智能体已提交执行",
        "ignored_inputs": ["text"],
    }
    await over(home, started.json()["execution_id"])
    told = (await http.get(f"{V1}/executions/{started.json()['execution_id']}")).json()
    assert (told["status"], told["progress"], told["error"]) == ("COMPLETED", 1.0, None)
    assert "HELLO WORLD" in str(told["result"])
    listed = (await http.get(f"{V1}/graphs/{graph['id']}/executions")).json()
    assert [each["status"] for each in listed["items"]] == ["COMPLETED"]


@pytest.mark.parametrize("name", ["", "   "])
async def test_a_graph_needs_a_name(http: httpx2.AsyncClient, name: str) -> None:
    refused = await http.post(f"{V1}/graphs", json={**GRAPH, "name": name})
    assert (refused.status_code, refused.json()["detail"]) == (400, "智能体名称不能为空")


async def test_an_inactive_and_a_missing_graph(http: httpx2.AsyncClient) -> None:
    graph = (await http.post(f"{V1}/graphs", json={**GRAPH, "is_active": False})).json()["id"]
    refused = await http.post(f"{V1}/graphs/{graph}/executions", json={"input_data": {}})
    assert (refused.status_code, refused.json()["detail"]) == (400, "智能体未激活")
    changed = await http.put(f"{V1}/graphs/{graph}", json={"is_active": True})
    assert changed.json()["is_active"] is True
    assert (await http.post(f"{V1}/graphs/{graph}/executions")).status_code == 200
    missing = await http.post(f"{V1}/graphs/a_nothing/executions", json={"input_data": {}})
    assert (missing.status_code, missing.json()["detail"]) == (404, "智能体不存在")
    missing = await http.get(f"{V1}/executions/r_nothing")
    assert (missing.status_code, missing.json()["detail"]) == (404, "执行记录不存在")


async def test_a_graph_is_changed_and_deleted(http: httpx2.AsyncClient) -> None:
    graph = (await http.post(f"{V1}/graphs", json={**GRAPH, "instructions": "be loud"})).json()
    assert graph["instructions"] == "be loud"
    nodes = [{"id": "n", "block_type": "text_processing", "input_data": {"text": "a"}}]
    change = {"name": "New", "nodes": nodes, "edges": []}
    changed = (await http.put(f"{V1}/graphs/{graph['id']}", json=change)).json()
    assert (changed["name"], changed["instructions"]) == ("New", "be loud")
    assert "n" in [node["id"] for node in changed["nodes"]]
    assert (await http.get(f"{V1}/graphs")).json()["total"] == 1
    assert (await http.delete(f"{V1}/graphs/{graph['id']}")).status_code == 200
    assert (await http.get(f"{V1}/graphs/{graph['id']}")).status_code == 404
    assert_error(await http.get(f"{V1}/agents/{graph['id']}"), 404, "not_found")


async def test_an_execution_is_stopped(http: httpx2.AsyncClient) -> None:
    graph = (await http.post(f"{V1}/graphs", json=GRAPH)).json()["id"]
    run = (await http.post(f"{V1}/graphs/{graph}/executions")).json()["execution_id"]
    waiting = (await http.get(f"{V1}/executions/{run}")).json()
    assert (waiting["status"], waiting["progress"]) == ("QUEUED", 0.0)
    stopped = (await http.post(f"{V1}/executions/{run}/stop")).json()
    assert stopped["status"] == "CANCELLED"


@pytest.mark.performance
async def test_ten_at_once(http: httpx2.AsyncClient, home: Home) -> None:
    await home.worker.start()
    graph = (await http.post(f"{V1}/graphs", json=GRAPH)).json()["id"]

    async def execute() -> dict[str, Any]:
        started = await http.post(f"{V1}/graphs/{graph}/executions", json={"input_data": {}})
        run = started.json()["execution_id"]
        await over(home, run)
        return (await http.get(f"{V1}/executions/{run}")).json()

    async with asyncio.timeout(30):
        told = await asyncio.gather(*(execute() for _ in range(10)))
    assert {each["status"] for each in told} == {"COMPLETED"}

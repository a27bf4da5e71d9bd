"""Forks, retries, states and comparisons over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR, over


@pytest.fixture
async def run_id(home: Home, http: httpx2.AsyncClient) -> str:
    """A completed run of 1 + 2."""
    await home.worker.start()
    agent_id = await make_agent(http, CALCULATOR)
    started = await http.post(f"{V1}/agents/{agent_id}/runs", json={"inputs": {"a": 1, "b": 2}})
    await over(home, started.json()["id"])
    return started.json()["id"]


async def ended(home: Home, response: httpx2.Response) -> Any:
    assert response.status_code == 201, response.text
    return await over(home, response.json()["id"])


async def test_a_run_is_forked_with_other_inputs_and_constants(
    home: Home, http: httpx2.AsyncClient, run_id: str
):
    body = {"from_node": "add", "inputs": {"a": 5}, "constants": {"add": {"operation": "multiply"}}}
    response = await http.post(f"{V1}/runs/{run_id}/fork", json=body)
    assert response.json()["forked_from"] == run_id
    assert (await ended(home, response)).outputs == {"result": 10}
    step = {"from_step": {"node": "result"}}
    again = await ended(home, await http.post(f"{V1}/runs/{run_id}/fork", json=step))
    assert again.outputs == {"result": 3}
    bare = await ended(home, await http.post(f"{V1}/runs/{run_id}/fork"))
    assert bare.outputs == {"result": 3}


async def test_one_idempotency_key_makes_one_fork(http: httpx2.AsyncClient, run_id: str):
    headers = {"idempotency-key": "k"}
    ids = {
        (await http.post(f"{V1}/runs/{run_id}/fork", json={}, headers=headers)).json()["id"]
        for _ in range(2)
    }
    assert len(ids) == 1


async def test_a_retry_says_where_it_begins(home: Home, http: httpx2.AsyncClient, run_id: str):
    path = f"{V1}/runs/{run_id}/retry"
    assert (await ended(home, await http.post(path))).outputs == {"result": 3}
    assert (await ended(home, await http.post(path, json={"from": "start"}))).trigger == "retry"
    assert_error(await http.post(path, json={"from": "failed"}), 409, "nothing_failed")
    assert_error(await http.post(path, json={"from": "nowhere"}), 422, "invalid_request")


async def test_what_cannot_be_forked_is_refused(http: httpx2.AsyncClient, run_id: str):
    path = f"{V1}/runs/{run_id}/fork"
    assert_error(await http.post(path, json={"from_node": "nope"}), 404, "not_found")
    assert_error(await http.post(path, json={"from_node": "add:1"}), 422, "node_not_run")
    assert_error(await http.post(path, json={"inputs": {"c": 1}}), 422, "invalid_inputs")
    assert_error(await http.post(f"{V1}/runs/r_none/fork", json={}), 404, "not_found")


async def test_the_state_at_an_event(http: httpx2.AsyncClient, run_id: str):
    state = (await http.get(f"{V1}/runs/{run_id}/state")).json()
    assert (state["status"], state["outputs"], state["steps"]) == ("completed", {"result": 3}, 4)
    early = (await http.get(f"{V1}/runs/{run_id}/state?at=0")).json()
    assert (early["status"], early["events"], early["at"]) == ("queued", 0, None)
    assert {node["status"] for node in early["nodes"]} <= {"idle", "running"}
    assert early["spent"]["limits"]["steps"] == 100_000


async def test_two_runs_side_by_side(home: Home, http: httpx2.AsyncClient, run_id: str):
    other = await ended(
        home, await http.post(f"{V1}/runs/{run_id}/fork", json={"inputs": {"b": 9}})
    )
    told = (await http.get(f"{V1}/runs/{run_id}/compare", params={"with": other.id})).json()
    assert (told["first"]["id"], told["second"]["id"], told["same"]) == (run_id, other.id, 1)
    assert {step["node"] for step in told["steps"]} == {"b", "add", "result"}
    assert told["steps"][0]["second"]["outputs"] == [["value", 9]]


async def test_a_test_run_is_started_with_options(home: Home, http: httpx2.AsyncClient):
    agent_id = await make_agent(http, CALCULATOR)
    options = {"pinned": {"add": {"result": 40}}, "simulate": True}
    body = {"inputs": {"a": 1, "b": 2}, "options": options}
    started = await http.post(f"{V1}/agents/{agent_id}/runs", json=body)
    assert started.json()["options"] == {**options, "recorded": None, "trace": None}
    bad = {**body, "options": {"pinned": {"add": {"nope": 1}}}}
    assert_error(await http.post(f"{V1}/agents/{agent_id}/runs", json=bad), 422, "invalid_value")

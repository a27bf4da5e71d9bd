"""`/runs` over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR, over

INPUTS = {"inputs": {"a": 2, "b": 3}}


async def test_a_run_and_its_steps(http: httpx2.AsyncClient, home: Home) -> None:
    await home.worker.start()
    agent_id = await make_agent(http, CALCULATOR)
    started = await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)
    assert started.status_code == 201
    await over(home, started.json()["id"])
    run = (await http.get(f"{V1}/runs/{started.json()['id']}")).json()
    assert (run["status"], run["outputs"], run["version"]) == ("completed", {"result": 5}, 1)
    assert (run["steps"], run["trigger"], run["document"]) == (4, "manual", None)
    assert run["created_at"] <= run["started_at"] <= run["ended_at"]
    whole = (await http.get(f"{V1}/runs/{run['id']}?include=document")).json()
    assert whole["document"] == CALCULATOR
    steps = (await http.get(f"{V1}/runs/{run['id']}/steps?page_size=3")).json()
    assert (steps["total"], steps["total_pages"], len(steps["items"])) == (4, 2, 3)
    (step,) = (await http.get(f"{V1}/runs/{run['id']}/steps?node=add")).json()["items"]
    assert (step["block"], step["status"]) == ("math.calculate", "completed")
    assert step["outputs"] == [["result", 5]]
    assert step["attempts"][0]["number"] == 1
    agent = (await http.get(f"{V1}/agents/{agent_id}")).json()
    assert agent["last_run"]["id"] == run["id"]


async def test_runs_are_listed_newest_first(http: httpx2.AsyncClient) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    ids = [
        (await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)).json()["id"]
        for _ in range(3)
    ]
    listed = (await http.get(f"{V1}/runs?agent={agent_id}&page_size=2")).json()
    assert [each["id"] for each in listed["items"]] == [ids[2], ids[1]]
    assert listed["total"] == 3
    assert (await http.get(f"{V1}/runs?status=completed")).json()["total"] == 0
    assert_error(await http.get(f"{V1}/runs?status=odd"), 422, "invalid_request")


async def test_inputs_are_judged_before_the_run_is_stored(http: httpx2.AsyncClient) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    refused = await http.post(f"{V1}/agents/{agent_id}/runs", json={"inputs": {"a": "x", "c": 1}})
    problems = assert_error(refused, 422, "invalid_inputs")["details"]["problems"]
    assert {each["name"]: each["code"] for each in problems} == {
        "a": "type_mismatch",
        "b": "missing",
        "c": "unknown",
    }
    assert (await http.get(f"{V1}/runs")).json()["total"] == 0


@pytest.mark.parametrize("version", [0, -1, "newest", 1.5])
async def test_a_version_is_a_word_or_a_number(http: httpx2.AsyncClient, version: object) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    refused = await http.post(f"{V1}/agents/{agent_id}/runs", json={"version": version})
    assert_error(refused, 422, "invalid_request")


async def test_cancel_and_retry(http: httpx2.AsyncClient, home: Home) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    run = (await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)).json()
    cancelled = await http.post(f"{V1}/runs/{run['id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"
    again = await http.post(f"{V1}/runs/{run['id']}/retry")
    assert again.status_code == 201
    assert again.json()["id"] != run["id"]
    await home.worker.start()
    assert (await over(home, again.json()["id"])).outputs == {"result": 5}
    late = await http.post(f"{V1}/runs/{again.json()['id']}/cancel")
    assert_error(late, 409, "run_is_over")
    assert_error(await http.post(f"{V1}/runs/{run['id']}/resume"), 409, "run_not_waiting")


async def test_a_failed_run_says_where_why_and_with_what(
    http: httpx2.AsyncClient, home: Home
) -> None:
    await home.worker.start()
    document = {
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}},
            "bad": {"block": "test.fail"},
        },
        "links": ["text.value -> bad.value"],
    }
    agent_id = await make_agent(http, document)
    run = (await http.post(f"{V1}/agents/{agent_id}/runs", json={})).json()
    await over(home, run["id"])
    error = (await http.get(f"{V1}/runs/{run['id']}")).json()["error"]
    assert error["node"] == "bad"
    assert error["inputs"] == {"value": "hello"}
    assert "it is broken" in error["message"]
    assert error["message_zh"]


async def test_the_event_stream_is_written_as_the_protocol_says(
    http: httpx2.AsyncClient, home: Home
) -> None:
    await home.worker.start()
    agent_id = await make_agent(http, CALCULATOR)
    run = (await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)).json()
    await over(home, run["id"])
    whole = await http.get(f"{V1}/runs/{run['id']}/events")
    assert whole.headers["content-type"].startswith("text/event-stream")
    assert whole.headers["cache-control"].startswith("no-store")
    ids = [line[4:] for line in whole.text.splitlines() if line.startswith("id: ")]
    assert len(ids) == 6
    for given in ({"params": {"after": ids[2]}}, {"headers": {"last-event-id": ids[2]}}):
        rest = await http.get(f"{V1}/runs/{run['id']}/events", **given)  # type: ignore[arg-type]
        found = [line[4:] for line in rest.text.splitlines() if line.startswith("id: ")]
        assert found == ids[3:]
    for wrong in ("x", "-1", "9" * 40):
        refused = await http.get(f"{V1}/runs/{run['id']}/events?after={wrong}")
        assert_error(refused, 422, "invalid_value")


async def test_an_answer_is_held_back_until_the_run_is_over(
    http: httpx2.AsyncClient, home: Home
) -> None:
    await home.worker.start()
    agent = await make_agent(http, CALCULATOR)
    body = {"inputs": {"a": 20, "b": 22}}
    ended = await http.post(f"{V1}/agents/{agent}/runs", params={"wait": 30}, json=body)
    assert (ended.status_code, ended.json()["status"]) == (201, "completed")
    assert ended.json()["outputs"] == {"result": 42}


async def test_an_answer_is_held_back_no_longer_than_asked(
    http: httpx2.AsyncClient, home: Home
) -> None:
    agent = await make_agent(http, CALCULATOR)  # and nobody works
    body = {"inputs": {"a": 1, "b": 2}}
    waiting = await http.post(f"{V1}/agents/{agent}/runs", params={"wait": 0.05}, json=body)
    assert (waiting.status_code, waiting.json()["status"]) == (201, "queued")
    too_long = await http.post(f"{V1}/agents/{agent}/runs", params={"wait": 9999}, json=body)
    assert_error(too_long, 422, "invalid_request")


async def test_an_inactive_agent_begins_no_runs(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, {**CALCULATOR, "settings": {"active": False}})
    refused = await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": {"a": 1, "b": 2}})
    assert "Calculator" in assert_error(refused, 409, "agent_inactive")["message"]

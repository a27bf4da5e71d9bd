"""Runs written out and deleted over HTTP."""

from __future__ import annotations

import httpx2
import orjson

from luban.model.run import ParentStep, RunDraft
from luban.server.wiring import Home
from luban.services.run_archives import check_archive
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR, ME, over

INPUTS = {"inputs": {"a": 2, "b": 3}}


async def ended(http: httpx2.AsyncClient, home: Home) -> str:
    await home.worker.start()
    agent_id = await make_agent(http, CALCULATOR)
    started = await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)
    run_id: str = started.json()["id"]
    await over(home, run_id)
    return run_id


async def test_a_run_as_a_document_of_its_own(http: httpx2.AsyncClient, home: Home) -> None:
    run_id = await ended(http, home)
    response = await http.get(f"{V1}/runs/{run_id}/archive")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/jsonl"
    assert f"{run_id}.jsonl" in response.headers["content-disposition"]
    lines = response.content.splitlines(keepends=True)
    assert check_archive(lines)
    head, *events, end = (orjson.loads(line) for line in lines)
    assert head["luban_run"] == 1
    assert head["run"]["outputs"] == {"result": 5}
    assert head["graph"]["document"] == CALCULATOR
    assert end["events"] == len(events)
    assert events[0]["kind"] == "run_started"
    assert events[-1]["kind"] == "run_ended"
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)


async def test_a_run_is_deleted_with_all_it_left(http: httpx2.AsyncClient, home: Home) -> None:
    run_id = await ended(http, home)
    assert (await http.delete(f"{V1}/runs/{run_id}")).status_code == 204
    for path in ("", "/archive", "/steps"):
        assert_error(await http.get(f"{V1}/runs/{run_id}{path}"), 404, "not_found")
    assert_error(await http.delete(f"{V1}/runs/{run_id}"), 404, "not_found")
    assert (await http.get(f"{V1}/runs")).json()["total"] == 0


async def test_what_goes_on_or_is_needed_is_not_deleted(
    http: httpx2.AsyncClient, home: Home
) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    queued = (await http.post(f"{V1}/agents/{agent_id}/runs", json=INPUTS)).json()["id"]
    assert_error(await http.delete(f"{V1}/runs/{queued}"), 409, "run_goes_on")
    child = RunDraft(
        id="r_child",
        owner=ME,
        agent_id=agent_id,
        version=1,
        parent=ParentStep(run=queued, node="add"),
        created_at=1.0,
    )
    store = home.house.runs._store
    await store.create(child)
    await store.request_cancel(ME, "r_child", 2.0)
    assert_error(await http.delete(f"{V1}/runs/r_child"), 409, "run_is_needed")
    so_far = (await http.get(f"{V1}/runs/{queued}/archive")).content.splitlines(keepends=True)
    assert check_archive(so_far)


async def test_a_strangers_run_does_not_exist(http: httpx2.AsyncClient, home: Home) -> None:
    run_id = await ended(http, home)
    stranger = {"x-owner": "somebody-else"}
    archive = await http.get(f"{V1}/runs/{run_id}/archive", headers=stranger)
    assert_error(archive, 404, "not_found")
    assert_error(await http.delete(f"{V1}/runs/{run_id}", headers=stranger), 404, "not_found")
    assert (await http.get(f"{V1}/runs/{run_id}")).status_code == 200

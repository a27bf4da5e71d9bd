"""`/approvals`, signals, pausing: what people say to runs, over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import one_step, over, run_until_it_waits, waiting


@pytest.fixture
async def working(home: Home) -> Home:
    await home.worker.start()
    return home


async def asked(home: Home) -> tuple[str, str]:
    """A run that asks, and its question."""
    run = await run_until_it_waits(home, one_step("test.ask"), "ask")
    (wait,) = run.waiting_for
    return run.id, wait.details["id"]


async def test_a_question_is_listed_and_answered(http: httpx2.AsyncClient, working: Home) -> None:
    run, question = await asked(working)
    listed = (await http.get(f"{V1}/approvals")).json()
    assert (listed["total"], listed["total_pages"]) == (1, 1)
    (shown,) = listed["items"]
    assert (shown["id"], shown["run_id"], shown["kind"]) == (question, run, "ask")
    assert (shown["agent_name"], shown["node"], shown["iteration"]) == ("One step", "work", 0)
    assert (shown["question"], shown["choices"]) == ("Send hello?", ["yes", "no"])
    assert shown["since"].endswith("Z")
    assert shown["until"] is None
    assert set(shown["details"]) == {"form"}
    said = {"choice": "yes", "comment": "please", "values": {"amount": 7}}
    answered = await http.post(f"{V1}/approvals/{question}", json=said)
    assert (answered.status_code, answered.json()["id"]) == (200, question)
    assert (await over(working, run)).outputs == {"result": "yes please 7"}
    assert (await http.get(f"{V1}/approvals")).json()["total"] == 0


async def test_a_question_is_answered_once(http: httpx2.AsyncClient, working: Home) -> None:
    run, question = await asked(working)
    answers = await asyncio.gather(
        *(
            http.post(f"{V1}/approvals/{question}", json={"choice": "yes", "comment": who})
            for who in ("one", "two", "three")
        )
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    for each in answers:
        if each.status_code == 409:
            assert each.json()["code"] in ("already_answered", "run_is_over")
    ended = await over(working, run)
    late = await http.post(f"{V1}/approvals/{question}", json={"choice": "no"})
    assert late.status_code == 409
    assert ended.outputs["result"].startswith("yes ")


async def test_what_is_answered_is_not_listed_though_nobody_has_taken_it_up(
    http: httpx2.AsyncClient, working: Home
) -> None:
    _, question = await asked(working)
    other, _ = await asked(working)
    await working.worker.stop()
    said = await http.post(f"{V1}/approvals/{question}", json={"choice": "yes"})
    assert said.status_code == 200
    listed = (await http.get(f"{V1}/approvals")).json()
    assert ([each["run_id"] for each in listed["items"]], listed["total"]) == ([other], 1)
    again = await http.post(f"{V1}/approvals/{question}", json={"choice": "no"})
    assert_error(again, 409, "already_answered")


async def test_an_answer_sent_twice_with_one_key_is_one(
    http: httpx2.AsyncClient, working: Home
) -> None:
    _, question = await asked(working)
    for _ in range(2):
        answered = await http.post(
            f"{V1}/approvals/{question}",
            json={"choice": "yes"},
            headers={"idempotency-key": "once"},
        )
        assert answered.status_code == 200


async def test_only_what_is_offered_and_only_what_is_asked(
    http: httpx2.AsyncClient, working: Home
) -> None:
    run, question = await asked(working)
    odd = await http.post(f"{V1}/approvals/{question}", json={"choice": "maybe"})
    body = assert_error(odd, 422, "choice_not_offered")
    assert "yes, no" in body["message"]
    for unknown in ("r_none.00000000", f"{run}.ffffffff", "nonsense"):
        refused = await http.post(f"{V1}/approvals/{unknown}", json={"choice": "yes"})
        assert_error(refused, 404, "not_found")
    hers = await http.post(
        f"{V1}/approvals/{question}", json={"choice": "yes"}, headers={"x-owner": "she"}
    )
    assert_error(hers, 404, "not_found")
    await http.post(f"{V1}/runs/{run}/cancel")
    await over(working, run)
    late = await http.post(f"{V1}/approvals/{question}", json={"choice": "yes"})
    assert_error(late, 409, "run_is_over")


async def test_questions_come_in_pages(http: httpx2.AsyncClient, working: Home) -> None:
    asked_now = [await asked(working) for _ in range(3)]
    pages: list[dict[str, Any]] = [
        (await http.get(f"{V1}/approvals?page={page}&page_size=2")).json() for page in (1, 2, 3)
    ]
    assert [page["total"] for page in pages] == [3, 3, 3]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert ids == [question for _, question in reversed(asked_now)]


async def test_a_signal_wakes_the_run_that_waits_for_it(
    http: httpx2.AsyncClient, working: Home
) -> None:
    run = await run_until_it_waits(working, one_step("test.wait_for_signal"), "signal")
    address = f"{V1}/runs/{run.id}/signals"
    assert_error(await http.post(address, json={"data": 1}), 422, "invalid_request")
    other = await http.post(address, json={"name": "another"})
    assert other.json()["status"] in ("running", "waiting", "queued")
    for data in ({"sum": 5}, {"sum": 6}):
        sent = await http.post(address, json={"name": "paid", "data": data, "once": "k"})
        assert sent.status_code in (200, 409)
    ended = await over(working, run.id)
    assert ended.outputs == {"result": {"value": "hello", "brought": {"sum": 5}}}
    assert_error(await http.post(address, json={"name": "paid"}), 409, "run_is_over")
    unknown = await http.post(f"{V1}/runs/r_none/signals", json={"name": "paid"})
    assert_error(unknown, 404, "not_found")


async def test_a_run_is_paused_and_goes_on(
    http: httpx2.AsyncClient, working: Home, tmp_path: Path
) -> None:
    agent = await make_agent(http, waiting(tmp_path / "go"))
    run = (await http.post(f"{V1}/agents/{agent}/runs", json={})).json()["id"]
    async for event in await working.house.run_events.open("local", run):
        if event.kind == "step_progress":
            assert (await http.post(f"{V1}/runs/{run}/pause")).status_code == 200
            (tmp_path / "go").touch()
        if event.kind == "run_paused":
            break
    async with asyncio.timeout(20):
        held = (await http.get(f"{V1}/runs/{run}")).json()
        while held["status"] == "running":  # the step in flight ends first
            await asyncio.sleep(0.01)
            held = (await http.get(f"{V1}/runs/{run}")).json()
    assert held["status"] == "waiting"
    assert [wait["kind"] for wait in held["waiting_for"]] == ["pause"]
    assert (await http.post(f"{V1}/runs/{run}/pause")).status_code == 200
    resumed = await http.post(f"{V1}/runs/{run}/resume")
    assert resumed.status_code == 200
    assert (await over(working, run)).outputs == {"result": "hello"}
    assert_error(await http.post(f"{V1}/runs/{run}/pause"), 409, "run_is_over")
    assert_error(await http.post(f"{V1}/runs/{run}/resume"), 409, "run_not_waiting")


async def test_a_queued_run_waits_where_it_is(http: httpx2.AsyncClient, home: Home) -> None:
    agent = await make_agent(http, one_step("test.ask"))
    run = (await http.post(f"{V1}/agents/{agent}/runs", json={})).json()["id"]
    paused = (await http.post(f"{V1}/runs/{run}/pause")).json()
    assert paused["status"] == "waiting"
    resumed = (await http.post(f"{V1}/runs/{run}/resume")).json()
    assert resumed["status"] == "queued"


async def test_steps_tell_what_they_asked_for(http: httpx2.AsyncClient, working: Home) -> None:
    run, question = await asked(working)
    steps = (await http.get(f"{V1}/runs/{run}/steps?node=work")).json()["items"]
    assert [step["node"] for step in steps] == ["work", "work:0"]
    whole, child = steps
    assert (whole["status"], child["status"]) == ("waiting", "waiting")
    assert child["parent"] == {"node": "work", "iteration": 0}
    assert (child["verb"], child["name"]) == ("ask", "Send hello?")
    assert child["waiting_for"][0]["details"]["id"] == question
    running = (await http.get(f"{V1}/runs/{run}/steps?status=running")).json()
    assert running["items"] == []

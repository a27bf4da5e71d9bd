"""Proposals through the API: what a run proposes, and what becomes of each change."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from luban.model.run import Run
from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR, ME, agent_of

BOB = {"x-owner": "bob"}
BETTER = """\
luban: 1
name: Calculator
nodes:
  a: {block: io.input_number, with: {name: a}}
  b: {block: io.input_number, with: {name: b, minimum: 1}}
  add: {block: maths.calculate, with: {operation: multiply}}
  told: {block: text.template, with: {format: "It is {{ sum }}"}}
  result: {block: io.output, with: {name: result}}
links:
  - a.value -> add.a
  - b.value -> add.b
  - add.result -> told.values.sum
  - told.output -> result.value
"""
WRONG = BETTER.replace("text.template", "text.templates")


def proposing(text: str, agent: str = "") -> dict[str, Any]:
    """An agent whose only step proposes another one."""
    return {
        "luban": 1,
        "name": "Proposer",
        "nodes": {
            "propose": {
                "block": "build.propose_agent",
                "with": {"text": text, "summary": "Multiplies.", "agent": agent},
            },
            "result": {"block": "io.output", "with": {"name": "proposal"}},
        },
        "links": ["propose.proposal -> result.value"],
    }


async def run_to_the_end(home: Home, agent: str, inputs: dict[str, Any]) -> Run:
    run = await home.house.runs.start(ME, agent, inputs)
    await home.worker.run_one(run.id)
    return await home.house.runs.get(ME, run.id)


async def run_of(home: Home, document: dict[str, Any]) -> Run:
    agent = await agent_of(home, document)
    return await run_to_the_end(home, agent, {})


async def proposed(home: Home, http: httpx2.AsyncClient, agent: str = "") -> dict[str, Any]:
    run = await run_of(home, proposing(BETTER, agent))
    answer = await http.get(f"{V1}/proposals/{run.outputs['proposal']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def texts(proposal: dict[str, Any]) -> dict[str, str]:
    return {each["text"]: each["id"] for each in proposal["changes"]}


async def document_of(http: httpx2.AsyncClient, agent: str) -> dict[str, Any]:
    return (await http.get(f"{V1}/agents/{agent}")).json()["document"]


async def test_some_changes_are_accepted_and_the_rest_stays(
    home: Home, http: httpx2.AsyncClient
) -> None:
    agent = await make_agent(http, CALCULATOR)
    proposal = await proposed(home, http, "Calculator")
    assert (proposal["state"], proposal["agent_id"]) == ("open", agent)
    assert {each["standing"] for each in proposal["changes"]} == {"open"}
    named = texts(proposal)
    assert set(named) == {
        "~ `b`: `minimum`", "~ `add`: `operation`", "+ node `told`",
        "- link `add.result -> result.value`", "+ link `add.result -> told.values.sum`",
        "+ link `told.output -> result.value`",
    }  # fmt: skip
    wanted = [named["~ `add`: `operation`"], named["+ link `add.result -> told.values.sum`"]]
    path = f"{V1}/proposals/{proposal['id']}"
    accepted = (await http.post(f"{path}/accept", json={"changes": wanted})).json()
    assert accepted["pulled"] == [named["+ node `told`"]] and accepted["conflicts"] == []
    document = await document_of(http, agent)
    assert document["nodes"]["add"]["with"] == {"operation": "multiply"}
    assert document["nodes"]["b"]["with"]["minimum"] == 0, "this one was refused"
    assert set(document["links"]) == {*CALCULATOR["links"], "add.result -> told.values.sum"}
    assert_error(await http.post(f"{path}/accept"), 409, "proposal_decided")
    assert_error(await http.post(f"{path}/refuse"), 409, "proposal_decided")
    listed = (await http.get(f"{V1}/proposals", params={"agent_id": agent})).json()
    assert [each["state"] for each in listed["items"]] == ["accepted"]


async def test_what_was_edited_meanwhile_is_a_conflict_and_kept(
    home: Home, http: httpx2.AsyncClient
) -> None:
    agent = await make_agent(http, CALCULATOR)
    proposal = await proposed(home, http, agent)
    document = await document_of(http, agent)
    document["nodes"]["add"]["with"] = {"operation": "subtract"}
    await http.patch(f"{V1}/agents/{agent}", json={"document": document})
    path = f"{V1}/proposals/{proposal['id']}"
    seen = (await http.get(path)).json()
    standing = {each["text"]: each["standing"] for each in seen["changes"]}
    assert standing.pop("~ `add`: `operation`") == "changed"
    assert set(standing.values()) == {"open"}
    accepted = (await http.post(f"{path}/accept")).json()
    assert [each["text"] for each in accepted["conflicts"]] == ["~ `add`: `operation`"]
    document = await document_of(http, agent)
    assert document["nodes"]["add"]["with"] == {"operation": "subtract"}
    assert "told" in document["nodes"]


async def test_when_nothing_fits_nothing_is_decided(home: Home, http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    proposal = await proposed(home, http, agent)
    wanted = texts(proposal)["~ `add`: `operation`"]
    document = await document_of(http, agent)
    del document["nodes"]["add"]
    await http.patch(f"{V1}/agents/{agent}", json={"document": {**document, "links": []}})
    path = f"{V1}/proposals/{proposal['id']}"
    answer = await http.post(f"{path}/accept", json={"changes": [wanted]})
    assert "`add`" in assert_error(answer, 409, "proposal_conflicts")["message"]
    answer = await http.post(f"{path}/accept", json={"changes": ["c99"]})
    assert_error(answer, 422, "invalid_value")
    assert (await http.get(path)).json()["state"] == "open"
    assert (await http.post(f"{path}/refuse")).json()["state"] == "refused"


async def test_a_new_agent_comes_of_what_is_accepted(home: Home, http: httpx2.AsyncClient) -> None:
    proposal = await proposed(home, http)
    assert proposal["agent_id"] == "" and proposal["summary"] == "Multiplies."
    path = f"{V1}/proposals/{proposal['id']}/accept"
    refused = await http.post(path, headers={"x-may": "agent.update agent.read"})
    assert assert_error(refused, 403, "not_permitted")["details"]["permission"] == "agent.create"
    agent = (await http.post(path)).json()["agent_id"]
    assert (await http.get(f"{V1}/agents/{agent}")).json()["name"] == "Calculator"
    run = await run_to_the_end(home, agent, {"a": 2, "b": 3})
    assert run.outputs == {"result": "It is 6"}


async def test_a_new_agent_is_looked_at_before_it_is_accepted(
    home: Home, http: httpx2.AsyncClient
) -> None:
    path = f"{V1}/proposals/{(await proposed(home, http))['id']}"
    opened = (await http.post(f"{path}/open")).json()
    agent = opened["agent_id"]
    assert (await document_of(http, agent))["nodes"] == {}
    assert (await http.post(f"{path}/open")).json()["agent_id"] == agent, "once is enough"
    named = texts(opened)
    wanted = {"changes": [named["+ link `a.value -> add.a`"]]}
    seen = (await http.post(f"{path}/preview", json=wanted)).json()
    assert set(seen["document"]["nodes"]) == {"a", "add"} and len(seen["pulled"]) == 2
    assert (await document_of(http, agent))["nodes"] == {}
    accepted = (await http.post(f"{path}/accept")).json()
    assert accepted["conflicts"] == []
    assert len((await document_of(http, agent))["nodes"]) == 5


async def test_the_editor_says_what_the_draft_has_already(
    home: Home, http: httpx2.AsyncClient
) -> None:
    agent = await make_agent(http, CALCULATOR)
    proposal = await proposed(home, http, agent)
    before = (await http.get(f"{V1}/agents/{agent}")).json()["revision"]
    one = proposal["changes"][0]["id"]
    answer = await http.post(
        f"{V1}/proposals/{proposal['id']}/accept", json={"changes": [one], "in_draft": True}
    )
    assert (answer.json()["accepted"], answer.json()["agent_revision"]) == ([one], before)


async def test_what_only_this_owner_lacks_goes_with_it(
    home: Home, http: httpx2.AsyncClient
) -> None:
    letter = """\
luban: 1
nodes:
  post:
    block: message.send_email
    with: {to: [a@b.example], subject: Hi, body: Ho}
"""
    run = await run_of(home, proposing(letter))
    proposal = (await http.get(f"{V1}/proposals/{run.outputs['proposal']}")).json()
    assert "missing_credential" in {each["code"] for each in proposal["warnings"]}


async def test_errors_are_told_to_the_run_and_nothing_is_proposed(home: Home) -> None:
    run = await run_of(home, proposing(WRONG))
    assert run.error is not None and run.error["code"] == "agent_has_errors"
    assert "text.templates" in run.error["message"] and "text.template" in run.error["message"]
    assert await home.house.proposals.find(ME, run.id) is None
    rubbish = await run_of(home, proposing("nodes: [}"))
    assert rubbish.error is not None and "bad_document" not in rubbish.outputs
    assert await home.house.proposals.find(ME, rubbish.id) is None


@pytest.mark.parametrize("what", ["", "/accept", "/refuse"])
async def test_nobody_else_sees_or_decides(home: Home, http: httpx2.AsyncClient, what: str) -> None:
    path = f"{V1}/proposals/{(await proposed(home, http))['id']}{what}"
    answer = await (http.post(path, headers=BOB) if what else http.get(path, headers=BOB))
    assert_error(answer, 404, "not_found")
    assert (await http.get(f"{V1}/proposals", headers=BOB)).json()["total"] == 0

"""`/agents` and their versions over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR


async def test_an_agent_from_beginning_to_end(http: httpx2.AsyncClient) -> None:
    made = await http.post(f"{V1}/agents", json={"document": CALCULATOR})
    agent = made.json()
    assert made.status_code == 201
    assert made.headers["etag"] == '"1"'
    assert agent["document"] == CALCULATOR
    assert [each["name"] for each in agent["inputs"]] == ["a", "b"]
    assert agent["inputs"][1]["schema"]["minimum"] == 0
    assert (agent["last_run"], agent["published_version"], agent["findings_count"]) == (
        None,
        None,
        0,
    )
    assert agent["created_at"].endswith("Z")

    address = f"{V1}/agents/{agent['id']}"
    changed = await http.patch(address, json={"name": "New"}, headers={"if-match": '"1"'})
    assert (changed.json()["name"], changed.headers["etag"]) == ("New", '"2"')
    assert (await http.get(address)).json() == changed.json()
    listed = (await http.get(f"{V1}/agents?search=new&sort=name")).json()
    assert (listed["total"], listed["total_pages"], listed["page"]) == (1, 1, 1)
    assert listed["items"][0]["id"] == agent["id"]
    assert (await http.get(f"{V1}/agents?search=zzz")).json()["total_pages"] == 0

    assert (await http.delete(address)).status_code == 204
    assert_error(await http.get(address), 404, "not_found")
    assert (await http.post(f"{address}/restore")).json()["name"] == "New"


async def test_a_stale_edit_is_a_conflict_that_names_the_revision(
    http: httpx2.AsyncClient,
) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    await http.patch(address, json={"name": "One"}, headers={"if-match": '"1"'})
    late = await http.patch(address, json={"name": "Two"}, headers={"if-match": '"1"'})
    body = assert_error(late, 409, "conflict")
    assert body["details"]["revision"] == 2
    assert (await http.get(address)).json()["name"] == "One"


@pytest.mark.parametrize("sent", ["1", 'W/"1"', '"1"', "*"])
async def test_revisions_are_read_in_every_notation(http: httpx2.AsyncClient, sent: str) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    changed = await http.patch(address, json={"name": "One"}, headers={"if-match": sent})
    assert changed.status_code == 200


async def test_a_revision_must_be_a_number(http: httpx2.AsyncClient) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    wrong = await http.patch(address, json={"name": "One"}, headers={"if-match": "abc"})
    assert_error(wrong, 422, "invalid_value")


async def test_documents_are_checked_stored_or_not(http: httpx2.AsyncClient) -> None:
    broken = {"nodes": {"x": {"block": "no.such"}}}
    found = (await http.post(f"{V1}/agents/check", json={"document": broken})).json()["findings"]
    assert found[0]["code"] == "unknown_block"
    assert found[0]["node"] == "x"
    assert found[0]["message_zh"]
    agent_id = await make_agent(http, broken)
    stored = (await http.get(f"{V1}/agents/{agent_id}/check")).json()["findings"]
    assert stored == found
    assert (await http.get(f"{V1}/agents/{agent_id}")).json()["findings_count"] == len(found)
    assert (await http.post(f"{V1}/agents/check", json={"document": 5})).json()["findings"]


async def test_an_agent_with_errors_refuses_to_run_with_all_findings(
    http: httpx2.AsyncClient,
) -> None:
    agent_id = await make_agent(
        http, {"nodes": {"x": {"block": "no.such"}, "y": {"block": "nor.this"}}}
    )
    refused = await http.post(f"{V1}/agents/{agent_id}/runs", json={})
    details = assert_error(refused, 422, "agent_has_errors")["details"]
    assert {each["node"] for each in details["findings"]} == {"x", "y"}


async def test_versions_are_published_listed_and_taken_up_again(http: httpx2.AsyncClient) -> None:
    address = f"{V1}/agents/{await make_agent(http, CALCULATOR)}"
    published = await http.post(f"{address}/versions", json={"label": "first"})
    assert published.status_code == 201
    assert published.json() | {"created_at": ""} == {
        "version": 1,
        "label": "first",
        "created_at": "",
        "published": True,
        "nodes": 4,
        "document": None,
    }
    await http.patch(address, json={"document": {"nodes": {}}})
    assert (await http.get(f"{address}/versions")).json()["total"] == 1
    assert (await http.get(f"{address}/versions/1")).json()["document"] == CALCULATOR
    assert_error(await http.get(f"{address}/versions/9"), 404, "not_found")
    restored = (await http.post(f"{address}/versions/1/restore")).json()
    assert restored["document"]["nodes"] == CALCULATOR["nodes"]
    assert restored["published_version"] == 1


async def test_a_copy(http: httpx2.AsyncClient) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    twin = await http.post(f"{V1}/agents/{agent_id}/duplicate")
    assert twin.status_code == 201
    assert twin.json()["id"] != agent_id


@pytest.mark.parametrize("format", ["yaml", "json"])
async def test_an_agent_goes_out_as_a_file_and_comes_back(
    http: httpx2.AsyncClient, format: str
) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    text = await http.get(f"{V1}/agents/{agent_id}/export?format={format}")
    assert text.headers["content-type"].startswith(f"application/{format}")
    again = await http.post(f"{V1}/agents", json={"text": text.text})
    assert again.json()["document"] == CALCULATOR


async def test_comments_of_an_imported_file_come_back(http: httpx2.AsyncClient) -> None:
    text = "luban: 1\nname: X\nnodes:\n  # why\n  a: {block: io.input_number}\n"
    agent = (await http.post(f"{V1}/agents", json={"text": text})).json()
    exported = await http.get(f"{V1}/agents/{agent['id']}/export")
    assert "# why" in exported.text


async def test_a_broken_file_is_refused_with_its_line(http: httpx2.AsyncClient) -> None:
    refused = await http.post(f"{V1}/agents", json={"text": "luban: 1\nnodes: [\n"})
    assert_error(refused, 422, "bad_document")


async def test_templates_become_agents(http: httpx2.AsyncClient) -> None:
    templates = (await http.get(f"{V1}/templates")).json()["items"]
    calculator = next(each for each in templates if each["id"] == "calculator")
    assert calculator["name_zh"]
    assert calculator["inputs"]
    agent = await http.post(f"{V1}/agents", json={"template": "calculator"})
    assert agent.json()["name"] == calculator["name"]

"""Shared links: what they show and allow, and that they show nothing else."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.model.ids import new_id
from luban.ports.audit import AuditQuery
from luban.ports.sharing import Link
from luban.ports.stores import Slice
from tests.api.kit import V1, assert_error
from tests.api.team_kit import Person, Square, square
from tests.services.kit import CALCULATOR, over

SECRET = "sk-very-secret-value"
LOCKED = '''
"""A block that takes a secret and shows it around."""
from luban.sdk import Field, block


@block(id="test.unlock")
async def unlock(value: str, key: str = Field("", secret=True)) -> str:
    """Gives its secret away."""
    return f"{value} opened with {key}"


@block(id="test.break_open")
async def break_open(value: str, key: str = Field("", secret=True)) -> str:
    """Breaks, telling its secret."""
    raise ValueError(f"{key} did not open")
'''


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Square]:
    blocks = tmp_path / "own_blocks"
    blocks.mkdir()
    (blocks / "locked.py").write_text(LOCKED, encoding="utf-8")
    async with square(tmp_path, blocks_path=(blocks,)) as made:
        yield made


@pytest.fixture
async def ann(there: Square) -> Person:
    return await there.person("ann")


@pytest.fixture
async def stranger(there: Square) -> AsyncIterator[httpx2.AsyncClient]:
    async with there.browser() as client:
        yield client


def locked(block: str) -> dict[str, Any]:
    """An agent with a secret among its constants, and a credential beside them."""
    return {
        "luban": 1,
        "name": "Locked",
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "it"}},
            "work": {"block": block, "with": {"key": SECRET}, "credentials": {"any": "c_1"}},
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["text.value -> work.value", "work.result -> result.value"],
    }


async def agent_of(person: Person, document: dict[str, Any] = CALCULATOR) -> str:
    return (await person.post("/agents", {"document": document}))["id"]


async def ended_run(there: Square, person: Person, agent: str, **inputs: Any) -> str:
    await there.home.worker.start()
    run = (await person.post(f"/agents/{agent}/runs", {"inputs": inputs}))["id"]
    await over(there.home, run, person.team)
    return run


async def share(person: Person, resource: str, resource_id: str, *scopes: str) -> dict[str, Any]:
    link = {"resource": resource, "resource_id": resource_id}
    return await person.post("/links", {**link, **({"scopes": scopes} if scopes else {})})


async def opened(client: httpx2.AsyncClient, link: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"{V1}/shared/{link['token']}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def test_an_agent_is_seen(ann: Person, stranger: httpx2.AsyncClient) -> None:
    agent = await agent_of(ann)
    link = await share(ann, "agent", agent, "see")
    assert link["path"] == f"/s/{link['token']}"
    assert len(link["token"]) == 43  # 256 bits
    shown = await opened(stranger, link)
    assert shown["agent"]["name"] == "Calculator"
    assert [each["name"] for each in shown["agent"]["inputs"]] == ["a", "b"]
    assert set(shown["agent"]["document"]["nodes"]) == set(CALCULATOR["nodes"])
    assert shown["run"] is None
    for hidden in (agent, ann.team, ann.id, ann.email):
        assert hidden not in str(shown)
    run = await stranger.post(f"{V1}/shared/{link['token']}/runs", json={"inputs": {}})
    assert_error(run, 404, "not_found")


async def test_what_is_stored_does_not_open_it(there: Square, ann: Person) -> None:
    link = await share(ann, "agent", await agent_of(ann))
    (listed,) = (await ann.get("/links"))["items"]
    assert listed["id"] == link["id"]
    assert "token" not in listed
    found = await there.home.house.sharing.open(link["token"])
    assert found.digest == hashlib.sha256(link["token"].encode()).digest()


async def test_an_agent_is_run_by_the_link_for_its_team(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    agent = await agent_of(ann)
    link = await share(ann, "agent", agent, "run")
    shown = await opened(stranger, link)
    assert shown["agent"]["document"] is None
    address = f"{V1}/shared/{link['token']}/runs"
    wrong = await stranger.post(address, json={"inputs": {"a": 1}})
    assert_error(wrong, 422, "invalid_inputs")
    await there.home.worker.start()
    begun = (await stranger.post(address, json={"inputs": {"a": 20, "b": 22}})).json()
    await over(there.home, begun["id"], ann.team)
    ended = (await stranger.get(f"{address}/{begun['id']}")).json()
    assert (ended["status"], ended["outputs"]) == ("completed", {"result": 42})
    assert ended["steps"] is None
    (run,) = (await ann.get("/runs"))["items"]
    assert (run["id"], run["trigger"]) == (begun["id"], f"link:{link['id']}")


async def test_a_link_shows_no_run_but_its_own(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    agent = await agent_of(ann)
    own = (await ann.post(f"/agents/{agent}/runs", {"inputs": {"a": 1, "b": 2}}))["id"]
    one, other = [await share(ann, "agent", agent, "see", "run") for _ in range(2)]
    begun = await stranger.post(
        f"{V1}/shared/{one['token']}/runs", json={"inputs": {"a": 1, "b": 2}}
    )
    for token, run in ((one["token"], own), (other["token"], begun.json()["id"])):
        assert_error(await stranger.get(f"{V1}/shared/{token}/runs/{run}"), 404, "not_found")


async def test_a_shared_run_shows_steps_only_where_that_was_allowed(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    run = await ended_run(there, ann, await agent_of(ann), a=20, b=22)
    short = (await opened(stranger, await share(ann, "run", run, "see")))["run"]
    assert (short["inputs"], short["outputs"]) == ({"a": 20, "b": 22}, {"result": 42})
    assert short["steps"] is None
    whole = (await opened(stranger, await share(ann, "run", run, "steps")))["run"]
    assert {step["node"] for step in whole["steps"]} >= {"a", "b", "add", "result"}
    result = (await opened(stranger, await share(ann, "result", run)))["run"]
    assert (result["inputs"], result["outputs"], result["steps"]) == (None, {"result": 42}, None)


@pytest.mark.parametrize("block", ["test.unlock", "test.break_open"])
async def test_secrets_are_never_shown(
    there: Square, ann: Person, stranger: httpx2.AsyncClient, block: str
) -> None:
    """Not as constants, and not where steps put them."""
    agent = await agent_of(ann, locked(block))
    run = await ended_run(there, ann, agent)
    assert SECRET in str(await ann.get(f"/runs/{run}/steps"))
    links = [
        await share(ann, "agent", agent, "see", "run", "copy"),
        await share(ann, "run", run, "see", "steps"),
        await share(ann, "result", run),
    ]
    for link in links:
        shown = str(await opened(stranger, link))
        assert SECRET not in shown
        assert "c_1" not in shown
    begun = await stranger.post(f"{V1}/shared/{links[0]['token']}/runs", json={})
    await over(there.home, begun.json()["id"], ann.team)
    path = f"{V1}/shared/{links[0]['token']}/runs/{begun.json()['id']}"
    assert SECRET not in (await stranger.get(path)).text


async def test_a_shared_agent_is_copied_without_its_secrets(there: Square, ann: Person) -> None:
    bob = await there.person("bob")
    link = await share(ann, "agent", await agent_of(ann, locked("test.unlock")), "copy")
    copied = await bob.post(f"/shared/{link['token']}/copy")
    mine = await bob.get(f"/agents/{copied['id']}")
    assert mine["name"] == "Locked"
    assert mine["document"]["nodes"]["work"] == {"block": "test.unlock", "with": {}}
    assert_error(await ann.ask("GET", f"/agents/{copied['id']}"), 404, "not_found")
    only_seen = await share(ann, "agent", await agent_of(ann), "see")
    refused = await bob.ask("POST", f"/shared/{only_seen['token']}/copy")
    assert_error(refused, 404, "not_found")
    vic = await there.person("vic", "viewer")
    refused = await vic.ask("POST", f"/shared/{link['token']}/copy")
    assert_error(refused, 403, "not_permitted")


async def test_of_a_block_that_is_not_installed_nothing_is_shown(
    ann: Person, stranger: httpx2.AsyncClient
) -> None:
    """Nobody knows which of its inputs are secret."""
    link = await share(ann, "agent", await agent_of(ann, locked("nowhere.known")), "see")
    assert SECRET not in str(await opened(stranger, link))


async def test_wrong_expired_ended_and_empty_links_answer_alike(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    agent = await agent_of(ann)
    ended, expired, empty = [await share(ann, "agent", agent, "see", "run") for _ in range(3)]
    assert (await ann.ask("DELETE", f"/links/{ended['id']}")).status_code == 204
    assert_error(await ann.ask("DELETE", f"/links/{ended['id']}"), 404, "not_found")
    answers = [await stranger.get(f"{V1}/shared/{token}") for token in ("x" * 43, ended["token"])]
    links = there.home.house.sharing._links
    token = "t" * 43
    await links.add(
        Link(
            id=new_id("l"),
            owner=ann.team,
            digest=hashlib.sha256(token.encode()).digest(),
            resource="agent",
            resource_id=agent,
            scopes=("see", "run"),
            created_at=1.0,
            expires_at=2.0,
        )
    )
    answers += [
        await stranger.get(f"{V1}/shared/{token}"),
        await stranger.post(f"{V1}/shared/{token}/runs", json={}),
    ]
    await ann.ask("DELETE", f"/agents/{agent}")
    answers += [
        await stranger.get(f"{V1}/shared/{empty['token']}"),
        await stranger.post(f"{V1}/shared/{empty['token']}/runs", json={}),
        await stranger.get(f"{V1}/shared/{empty['token']}/runs/r_1"),
    ]
    told = [assert_error(each, 404, "not_found") for each in answers]
    assert len({(each["message"], str(each["details"])) for each in told}) == 1
    assert expired["token"] not in str(told)


async def test_a_link_holds_until_its_time(ann: Person) -> None:
    agent = await agent_of(ann)
    link = {"resource": "agent", "resource_id": agent}
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    for wrong in (past, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"):
        refused = await ann.ask("POST", "/links", {**link, "expires_at": wrong})
        assert_error(refused, 422, "invalid_value")
    no_zone = await ann.ask("POST", "/links", {**link, "expires_at": "2030-01-01T00:00:00"})
    assert no_zone.status_code == 422
    soon = datetime.now(UTC) + timedelta(days=1)
    made = await ann.post("/links", {**link, "expires_at": soon.isoformat()})
    assert datetime.fromisoformat(made["expires_at"]) - soon < timedelta(seconds=1)


async def test_the_last_use_is_known(ann: Person, stranger: httpx2.AsyncClient) -> None:
    link = await share(ann, "agent", await agent_of(ann))
    assert (await ann.get("/links"))["items"][0]["last_used_at"] is None
    await asyncio.gather(*(opened(stranger, link) for _ in range(3)))
    assert (await ann.get("/links"))["items"][0]["last_used_at"] is not None


async def test_links_are_listed_by_what_they_share(ann: Person) -> None:
    one, two = await agent_of(ann), await agent_of(ann)
    for agent in (one, one, two):
        await share(ann, "agent", agent)
    for query, number in (
        ("", 3),
        (f"?resource=agent&resource_id={one}", 2),
        ("?resource=run", 0),
    ):
        assert (await ann.get(f"/links{query}"))["total"] == number


@pytest.mark.parametrize(
    ("resource", "scopes"),
    [("agent", ["steps"]), ("run", ["run"]), ("result", ["steps"]), ("agent", [])],
)
async def test_scopes_fit_what_is_shared(ann: Person, resource: str, scopes: list[str]) -> None:
    agent = await agent_of(ann)
    link = {"resource": resource, "resource_id": agent, "scopes": scopes}
    assert_error(await ann.ask("POST", "/links", link), 422, "invalid_value")


async def test_nobody_shares_what_is_not_theirs_or_more_than_they_may(
    there: Square, ann: Person
) -> None:
    root, eve = await there.person("root", "admin"), await there.person("eve")
    agent = await agent_of(ann)
    link = {"resource": "agent", "resource_id": agent, "scopes": ["run"]}
    assert_error(await eve.ask("POST", "/links", link), 404, "not_found")
    put = {"permissions": ["share.write", "share.read", "agent.read"]}
    await root.ask("PUT", "/roles/sharer", put)
    await there.invited(ann, ann.team, eve, "viewer")
    assert_error(await eve.ask("POST", "/links", link, team=ann.team), 403, "not_permitted")
    await ann.ask("PATCH", f"/teams/{ann.team}/members/{eve.id}", {"role": "sharer"})
    refused = await eve.ask("POST", "/links", link, team=ann.team)
    assert assert_error(refused, 403, "not_permitted")["details"] == {"permission": "run.start"}
    seen = await eve.ask("POST", "/links", {**link, "scopes": ["see"]}, team=ann.team)
    assert seen.status_code == 201


async def test_a_link_stays_with_the_team_when_its_maker_leaves(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    bob = await there.person("bob")
    await there.invited(ann, ann.team, bob, "user")
    agent = await agent_of(ann)
    made = await bob.ask(
        "POST", "/links", {"resource": "agent", "resource_id": agent}, team=ann.team
    )
    await ann.ask("DELETE", f"/teams/{ann.team}/members/{bob.id}")
    assert (await opened(stranger, made.json()))["agent"]["name"] == "Calculator"
    (listed,) = (await ann.get("/links"))["items"]
    assert listed["made_by"] == bob.id
    assert (await ann.ask("DELETE", f"/links/{listed['id']}")).status_code == 204


async def test_no_log_holds_what_stands_in_the_address(
    ann: Person, stranger: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = (await share(ann, "agent", await agent_of(ann), "run"))["token"]
    for path in (f"/shared/{token}", f"/shared/{token}/runs/r_1", f"/shared/{token}/nothing"):
        await stranger.get(V1 + path)
    for page in (f"/s/{token}", f"/invitations/{token}", f"{V1}/auth/invitations/{token}"):
        await stranger.get(page)
    await stranger.post(f"{V1}/shared/{token}/runs", json={"inputs": {"a": 1, "b": 2}})
    ours = [each.getMessage() for each in caplog.records if each.name != "httpx2"]
    assert any("/shared/" in line for line in ours)
    assert not any(token in line for line in ours)


async def test_what_is_done_by_a_link_is_noted_as_such(
    there: Square, ann: Person, stranger: httpx2.AsyncClient
) -> None:
    link = await share(ann, "agent", await agent_of(ann), "run")
    given = {"inputs": {"a": 1, "b": 2}}
    await stranger.post(f"{V1}/shared/{link['token']}/runs", json=given)
    await there.home.house.audit.aclose()  # the start of a run is not held up by its entry
    noted = (await there.home.house.audit.list(AuditQuery(), Slice())).items
    by_link = {(each.user, each.team, each.grant) for each in noted if each.by == "link"}
    assert by_link == {("", ann.team, link["id"])}
    assert link["token"] not in str(noted)

"""Whatever changes something is written down: who, what, from where, and never a value."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.api.app import create_app
from luban.api.caller import SignInNeeded
from luban.api.route_names import UNCHANGING, action_named
from luban.model.access import Caller
from luban.ports.audit import AuditEntry
from luban.server.wiring import Home
from tests.api.kit import V1, http_client, make_agent
from tests.api.things import OPERATIONS
from tests.services.kit import CALCULATOR, ME, memory_home

BOB = {"x-owner": "bob"}


async def entries(http: httpx2.AsyncClient, **filters: Any) -> list[dict[str, Any]]:
    answer = await http.get(f"{V1}/audit", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_changing_requests_are_noted_with_who_what_and_from_where(
    home: Home, http: httpx2.AsyncClient
) -> None:
    agent = await make_agent(http, CALCULATOR)
    headers = {"user-agent": "test/1", "x-request-id": "mine-1"}
    started = await http.post(
        f"{V1}/agents/{agent}/runs", json={"inputs": {"a": 1, "b": 2}}, headers=headers
    )
    run = started.json()["id"]
    await http.get(f"{V1}/agents/{agent}")  # reading is not noted
    await home.house.audit.aclose()  # nobody waits for the entry of a run's start
    newest, first = await entries(http)
    assert first["action"] == "agent.create" and first["resource_id"] == agent
    assert first["outcome"] == "done" and first["status"] == 201
    assert first["details"]["fields"] == ["document"]
    assert newest["action"] == "run.start" and newest["resource_type"] == "run"
    assert newest["resource_id"] == run
    assert newest["details"]["named"] == {"agent_id": agent}
    assert newest["user_id"] == newest["team_id"] == ME
    assert newest["user_agent"] == "test/1" and newest["request_id"] == "mine-1"
    assert newest["ip_address"] == "127.0.0.1"
    assert newest["signed_in_by"] == "local"


async def test_what_is_refused_or_fails_is_noted_too(http: httpx2.AsyncClient) -> None:
    await http.put(f"{V1}/caps", json={"queued": 5}, headers=BOB)
    await http.get(f"{V1}/limits", headers=BOB)
    await http.patch(f"{V1}/agents/a_none", json={"name": "x"})
    await http.post(f"{V1}/nothing-here", json={})
    failed, read, changed = await entries(http)
    assert (changed["action"], changed["outcome"], changed["user_id"]) == (
        "caps.set", "refused", "bob",
    )  # fmt: skip
    assert changed["details"]["code"] == "not_permitted"
    assert (read["action"], read["outcome"]) == ("limit.list", "refused")
    assert (failed["action"], failed["outcome"], failed["status"]) == (
        "agent.update", "failed", 404,
    )  # fmt: skip
    assert failed["resource_id"] == "a_none"
    assert [each["user_id"] for each in await entries(http, outcome="refused")] == ["bob", "bob"]


async def test_refused_sign_ins_are_noted(tmp_path: Path) -> None:
    async def nobody(connection: Any) -> Caller:
        if "authorization" in connection.headers:
            raise SignInNeeded
        return Caller()

    async with memory_home(tmp_path) as home, http_client(create_app(home.house)) as admin:
        async with http_client(create_app(home.house, identify=nobody)) as http:
            await http.get(f"{V1}/agents")  # says nothing of who it is: how a page finds out
            key = {"authorization": "Bearer luban_not_a_key"}
            await http.get(f"{V1}/agents", headers=key)
            await http.post(f"{V1}/agents", json={"document": CALCULATOR})
        noted = await entries(admin)
    assert [(each["outcome"], each["status"]) for each in noted] == [("refused", 401)] * 2
    assert "luban_not_a_key" not in json.dumps(noted)


async def test_a_repeated_request_is_noted_once(http: httpx2.AsyncClient) -> None:
    again = {"idempotency-key": "k"}
    for _ in range(2):
        await http.post(f"{V1}/agents", json={"document": CALCULATOR}, headers=again)
    assert len(await entries(http)) == 1


async def test_no_value_of_a_request_gets_into_the_log(
    home: Home, http: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "sk-VERY-secret\n2026 INFO forged line"
    with caplog.at_level(logging.INFO, "audit"):
        agent = await make_agent(http, CALCULATOR)
        inputs = {"inputs": {"a": 1, "b": 2, secret: secret}, secret: secret}
        await http.post(f"{V1}/agents/{agent}/runs", json=inputs)
        await http.patch(f"{V1}/agents/{agent}", json={"name": secret, secret: secret})
        await http.put(f"{V1}/caps", json={"queued": secret})
        await http.post(f"{V1}/agents", content=f"{{{secret}".encode())
    await home.house.audit.aclose()
    assert len(await entries(http)) == 4  # what is no JSON reaches no route
    assert "VERY" not in json.dumps(await entries(http))
    told = [record.getMessage() for record in caplog.records if record.name == "audit"]
    assert len(told) == 4
    for line in told:
        assert "\n" not in line and "VERY" not in line
        assert json.loads(line).keys() >= {
            "timestamp", "user_id", "action", "resource_type", "resource_id", "details",
            "ip_address", "user_agent",
        }  # fmt: skip


async def test_runs_that_no_request_started_are_noted(home: Home, http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    run = await home.house.runs.start(ME, agent, {"a": 1, "b": 2}, trigger="schedule")
    await home.house.audit.aclose()
    (newest, _) = await entries(http)
    assert newest["action"] == "run.start" and newest["resource_id"] == run.id
    assert newest["signed_in_by"] == "schedule" and newest["user_id"] == ""


def test_every_change_has_a_name_that_says_what_happened_to_what() -> None:
    """A route that is called otherwise gets its action in `route_names`."""
    nouns = {
        "agent", "api_key", "approval", "budget", "caps", "collection", "credential", "delivery",
        "document", "email", "factor", "file", "identity", "invitation", "key", "link", "member",
        "memory", "message", "model", "password", "proposal", "provider", "provider_app", "quota",
        "reset", "role", "run", "session", "table", "team", "thread", "ticket", "tool_server",
        "user", "version", "webhook",
    }  # fmt: skip
    strange = {
        f"{each.id}: {action}"
        for each in OPERATIONS
        if each.method != "GET" and (action := action_named(each.id)) not in UNCHANGING
        if action.partition(".")[0] not in nouns
    }
    assert strange == set()


async def test_only_who_may_reads_and_exports(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    for path in ("/audit", "/audit/export"):
        assert (await http.get(f"{V1}{path}", headers=BOB)).status_code == 403
    answer = await http.get(f"{V1}/audit/export", params={"resource": "agent"})
    (line,) = [json.loads(each) for each in answer.text.splitlines()]
    assert line["resource_id"] == agent and line["action"] == "agent.create"
    assert [each["action"] for each in await entries(http, action="audit.export")] == [
        "audit.export", "audit.export",
    ]  # fmt: skip
    later = await http.get(f"{V1}/audit", params={"since": "2999-01-01T00:00:00Z"})
    assert later.json()["total"] == 0


async def test_what_is_older_than_it_is_kept_goes(home: Home, http: httpx2.AsyncClient) -> None:
    old = AuditEntry(at=1000.0, user="u", team="t", by="session", action="agent.create")
    await home.house.audit.note(old)
    await make_agent(http, CALCULATOR)
    assert await home.house.audit.forget() == 1
    assert [each["user_id"] for each in await entries(http)] == [ME]

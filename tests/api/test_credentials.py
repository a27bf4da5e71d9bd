"""Credentials over HTTP: entered, shown without their secrets, used, warned about, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import SHE

KEY = "sk-canary-5f1c9e7ab2"
OPENAI = {"provider": "openai", "name": "Work", "secret": {"api_key": KEY}}
HERS = {"x-owner": SHE}
CREDENTIALS = f"{V1}/credentials"


async def make(http: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await http.post(CREDENTIALS, json={**OPENAI, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_secret_goes_in_and_never_comes_out(http: httpx2.AsyncClient) -> None:
    made = await make(http)
    assert (made["provider"], made["kind"], made["health"]) == ("openai", "api_key", "unknown")
    one = f"{CREDENTIALS}/{made['id']}"
    answers = [
        await http.get(one),
        await http.get(CREDENTIALS),
        await http.get(f"{CREDENTIALS}?provider=openai"),
        await http.patch(one, json={"name": "Renamed"}),
        await http.patch(one, json={"secret": {"api_key": KEY + "2"}}),
        await http.get(f"{one}/uses"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 6
    assert all(KEY not in answer.text for answer in answers)
    assert (await http.get(one)).json()["name"] == "Renamed"


async def test_what_is_wrong_with_a_draft_is_said_without_the_secret(
    http: httpx2.AsyncClient,
) -> None:
    bad: list[tuple[dict[str, Any], int, str]] = [
        ({"provider": "nobody"}, 404, "not_found"),
        ({"kind": "password"}, 422, "invalid_value"),
        ({"secret": {}}, 422, "invalid_value"),
        ({"secret": {"api_kye": KEY}}, 422, "invalid_value"),
        ({"secret": {"api_key": [KEY]}}, 422, "invalid_request"),
        ({"secret": KEY}, 422, "invalid_request"),
        ({"name": " "}, 422, "invalid_value"),
        ({"external": "env:OPENAI"}, 422, "invalid_value"),
        ({"secret": {}, "external": "nowhere:x"}, 422, "invalid_value"),
        ({"secret": {}, "external": "file:../../etc/passwd"}, 422, "invalid_value"),
    ]
    for change, status, code in bad:
        answer = await http.post(CREDENTIALS, json={**OPENAI, **change})
        assert_error(answer, status, code)
        assert KEY not in answer.text, answer.text
    await make(http)
    assert_error(await http.post(CREDENTIALS, json=OPENAI), 409, "credential_exists")


async def test_others_see_and_change_nothing(http: httpx2.AsyncClient) -> None:
    one = f"{CREDENTIALS}/{(await make(http))['id']}"
    for asked in (
        http.get(one, headers=HERS),
        http.patch(one, headers=HERS, json={"name": "Mine"}),
        http.delete(one, headers=HERS),
        http.delete(f"{one}?force=true", headers=HERS),
        http.post(f"{one}/test", headers=HERS),
        http.get(f"{one}/uses", headers=HERS),
    ):
        assert_error(await asked, 404, "not_found")
    assert (await http.get(CREDENTIALS, headers=HERS)).json()["total"] == 0
    assert (await http.get(one)).json()["name"] == "Work"


async def test_only_managers_name_secrets_of_the_server(http: httpx2.AsyncClient) -> None:
    draft = {**OPENAI, "secret": {}, "external": "env:OPENAI_KEY"}
    assert_error(await http.post(CREDENTIALS, json=draft, headers=HERS), 422, "invalid_value")
    made = await http.post(CREDENTIALS, json=draft)
    assert made.json()["external"] == "env:OPENAI_KEY"
    own = {**draft, "external": f"file:{SHE}/openai", "name": "Hers"}
    assert (await http.post(CREDENTIALS, json=own, headers=HERS)).status_code == 201
    tested = (await http.post(f"{CREDENTIALS}/{made.json()['id']}/test")).json()
    assert tested["health"] == "unknown"
    assert "env:OPENAI_KEY" in tested["trouble"]


@pytest.fixture
def needy(home: Home, tmp_path: Path) -> dict[str, Any]:
    """An agent with a node that uses a credential of OpenAI."""
    return {
        "luban": 1,
        "nodes": {
            "ask": {
                "block": "web.http_request",
                "with": {"url": "https://api.openai.com/v1/models"},
                "credential": "Work",
            }
        },
        "links": [],
    }


async def test_deleting_one_in_use_warns_first(
    http: httpx2.AsyncClient, needy: dict[str, Any]
) -> None:
    made = await make(http)
    agent = await make_agent(http, {**needy, "name": "Asker"})
    one = f"{CREDENTIALS}/{made['id']}"
    assert (await http.post(f"{V1}/agents/{agent}/versions")).status_code == 201
    uses = (await http.get(f"{one}/uses")).json()["items"]
    assert [(use["agent_name"], use["node"], use["version"]) for use in uses] == [
        ("Asker", "ask", None)
    ]
    refused = assert_error(await http.delete(one), 409, "credential_in_use")
    assert "Asker" in refused["message"]
    assert refused["details"]["uses"] == uses
    assert (await http.delete(f"{one}?force=true")).status_code == 204
    assert_error(await http.get(one), 404, "not_found")


async def test_a_missing_one_is_a_finding(http: httpx2.AsyncClient, needy: dict[str, Any]) -> None:
    agent = await make_agent(http, needy)

    async def codes() -> list[tuple[str, str]]:
        found = (await http.get(f"{V1}/agents/{agent}/check")).json()["findings"]
        return [(each["code"], each["node"]) for each in found]

    assert ("missing_credential", "ask") in await codes()
    checked = await http.post(f"{V1}/agents/check", json={"document": needy})
    assert "missing_credential" in checked.text
    await make(http)
    assert ("missing_credential", "ask") not in await codes()


async def test_keys_are_named_and_rotated(http: httpx2.AsyncClient) -> None:
    await make(http)
    (key,) = (await http.get(f"{V1}/keys")).json()["items"]
    assert (key["current"], key["here"], key["records"]) == (True, True, 1)
    rotated = (await http.post(f"{V1}/keys/rotate")).json()
    assert rotated == {"key": key["id"], "resealed": 0, "lost": 0, "broken": 0}
    given = await http.post(f"{V1}/keys/rotate", json={"new_key": True})
    assert_error(given, 409, "keys_are_given")  # in memory there is but one
    assert_error(await http.get(f"{V1}/keys", headers=HERS), 403, "not_permitted")

"""Providers over HTTP: listed, defined without code, connected by a browser, taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.api.kit import HOST, V1, application, assert_error, http_client
from tests.providers.oauth_wire import CLIENT, SECRET, OAuthServer
from tests.providers.services import all_services
from tests.providers.wire import Service, served
from tests.services.kit import SHE

CALLBACK = f"{HOST}/api/v1/credentials/oauth/callback"
HERS = {"x-owner": SHE}
ACME = {
    "title": "Acme",
    "title_zh": "艾克米",
    "hosts": ["api.acme.example"],
    "kinds": [{"kind": "header", "headers": {"X-Acme-Key": "{acme_key}"}}],
    "probe": {"url": "https://api.acme.example/me", "account": "name"},
}


@pytest.fixture
async def services() -> AsyncIterator[Service]:
    async with served(all_services()) as running:
        yield running


@pytest.fixture
def server(services: Service) -> OAuthServer:
    """Where accounts of Acme are connected."""
    made = OAuthServer(redirects=(CALLBACK,))
    made.install(services, "/authorize", "/token", "/revoke")
    return made


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    settings = {"allow_hosts": ("loopback",)}
    async with application(tmp_path, **settings) as (_, app), http_client(app) as client:
        yield client


def with_oauth(base: str) -> dict[str, Any]:
    addresses = {name: f"{base}/{name}" for name in ("authorize", "token", "revoke")}
    probe = {"url": f"{base}/api.github.com/user", "account": "login"}
    return {
        **ACME,
        "hosts": ["127.0.0.1"],
        "kinds": [{"kind": "oauth2"}],
        "probe": probe,
        "oauth": addresses,
        "scopes": [{"name": "read", "default": True}],
    }


async def prepared(http: httpx2.AsyncClient, services: Service) -> None:
    answer = await http.put(f"{V1}/providers/acme", json=with_oauth(services.base))
    assert answer.status_code == 201, answer.text
    app = {"client_id": CLIENT, "client_secret": SECRET}
    answer = await http.put(f"{V1}/providers/acme/app", json=app)
    assert answer.status_code == 200 and answer.json()["app"] == "team"
    assert SECRET not in answer.text


async def started(http: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    wanted = {"provider": "acme", "name": "Mine", **more}
    answer = await http.post(f"{V1}/credentials/oauth/start", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def agreed(url: str) -> str:
    """The path that the provider sends the browser back to."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(url)
    assert answer.status_code == 307, answer.text
    back = answer.headers["location"]
    assert back.startswith(CALLBACK)
    parts = urlsplit(back)
    return f"{parts.path}?{parts.query}"


async def test_all_are_listed_with_what_they_ask_for(http: httpx2.AsyncClient) -> None:
    answer = await http.get(f"{V1}/providers")
    assert answer.status_code == 200 and answer.json()["redirect"] == CALLBACK
    found = {each["id"]: each for each in answer.json()["items"]}
    assert {"openai", "anthropic", "github", "google", "slack", "smtp", "imap"} <= found.keys()
    github = found["github"]
    assert [kind["kind"] for kind in github["kinds"]] == ["oauth2", "api_key"]
    assert [kind["connect"] for kind in github["kinds"]] == [True, False]
    assert github["testable"] and not github["own"] and github["app"] is None
    for each in found.values():
        assert each["title"] and each["title_zh"] and each["kinds"]
        for field in (field for kind in each["kinds"] for field in kind["fields"]):
            assert field["title"] and field["title_zh"], (each["id"], field["name"])
        for scope in each["scopes"]:
            assert scope["help"] and scope["help_zh"], (each["id"], scope["name"])


async def test_one_is_defined_without_code(http: httpx2.AsyncClient) -> None:
    made = await http.put(f"{V1}/providers/acme", json=ACME)
    assert made.status_code == 201
    assert made.json()["own"] and made.json()["kinds"][0]["fields"][0]["name"] == "acme_key"
    again = await http.put(f"{V1}/providers/acme", json=made.json()["definition"])
    assert again.status_code == 200 and again.json() == made.json()
    draft = {"provider": "acme", "name": "Mine", "secret": {"acme_key": "0123456789"}}
    credential = (await http.post(f"{V1}/credentials", json=draft)).json()
    assert_error(await http.delete(f"{V1}/providers/acme"), 409, "provider_in_use")
    await http.delete(f"{V1}/credentials/{credential['id']}")
    assert (await http.delete(f"{V1}/providers/acme")).status_code == 204
    assert_error(await http.delete(f"{V1}/providers/acme"), 404, "not_found")


async def test_what_is_anothers_is_not_there(http: httpx2.AsyncClient) -> None:
    await http.put(f"{V1}/providers/acme", json=ACME)
    assert_error(await http.get(f"{V1}/providers/acme", headers=HERS), 404, "not_found")
    assert_error(await http.delete(f"{V1}/providers/acme", headers=HERS), 404, "not_found")
    hers = (await http.get(f"{V1}/providers", headers=HERS)).json()["items"]
    assert "acme" not in [each["id"] for each in hers]
    mine = (await http.get(f"{V1}/providers/acme")).json()
    await http.put(f"{V1}/providers/acme", json={**ACME, "title": "Hers"}, headers=HERS)
    assert (await http.get(f"{V1}/providers/acme")).json() == mine


async def test_what_cannot_be_defined(http: httpx2.AsyncClient) -> None:
    bad = [
        ("github", ACME),
        ("UP", ACME),
        ("acme", {**ACME, "hosts": ["*"]}),
        ("acme", {**ACME, "docs": "javascript:alert(1)"}),
        ("acme", {**ACME, "probe": {"url": "http://api.acme.example/"}}),
        ("acme", {**ACME, "kinds": [{"kind": "header", "headers": {"X": "a\nb"}}]}),
        ("acme", {**ACME, "kinds": [{"kind": "header", "unknown": 1}]}),
    ]
    for name, body in bad:
        answer = await http.put(f"{V1}/providers/{name}", json=body)
        assert answer.status_code == 422, (name, body, answer.text)


async def test_an_app_for_everybody_is_an_administrators(http: httpx2.AsyncClient) -> None:
    app = {"client_id": "a", "client_secret": "b", "everybody": True}
    refused = await http.put(f"{V1}/providers/github/app", json=app, headers=HERS)
    assert_error(refused, 403, "not_permitted")
    refused = await http.delete(f"{V1}/providers/github/app?everybody=true", headers=HERS)
    assert_error(refused, 403, "not_permitted")
    assert (await http.put(f"{V1}/providers/github/app", json=app)).status_code == 200
    hers = (await http.get(f"{V1}/providers/github", headers=HERS)).json()
    assert hers["app"] == "server"
    assert (await http.delete(f"{V1}/providers/github/app?everybody=true")).status_code == 204
    assert (await http.get(f"{V1}/providers/github")).json()["app"] is None


async def test_no_app_for_everybody_of_ones_own_provider(
    http: httpx2.AsyncClient, services: Service
) -> None:
    await http.put(f"{V1}/providers/acme", json=with_oauth(services.base))
    app = {"client_id": "a", "client_secret": "b", "everybody": True}
    answer = await http.put(f"{V1}/providers/acme/app", json=app)
    assert_error(answer, 422, "invalid_value")


async def test_without_an_app_the_answer_says_how_to_get_one(http: httpx2.AsyncClient) -> None:
    answer = await http.post(f"{V1}/credentials/oauth/start", json={"provider": "github"})
    body = assert_error(answer, 409, "oauth_app_missing")
    assert CALLBACK in body["message"] and "LUBAN_OAUTH_GITHUB_CLIENT_ID" in body["message_zh"]


async def test_an_account_is_connected_used_and_taken_back(
    http: httpx2.AsyncClient, services: Service, server: OAuthServer
) -> None:
    await prepared(http, services)
    begun = await started(http)
    cookie = http.cookies.jar
    assert [(each.name, each.path) for each in cookie] == [
        ("luban_connecting", "/api/v1/credentials/oauth")
    ]
    state = f"{V1}/credentials/oauth/{begun['state']}"
    assert (await http.get(state)).json() == {"credential_id": None, "error": None}
    back = await agreed(begun["url"])
    answer = await http.get(back)
    assert answer.status_code == 302, answer.text
    known = (await http.get(state)).json()["credential_id"]
    assert answer.headers["location"] == f"/credentials?connected={known}"
    assert (await http.get(back)).headers["location"].startswith("/credentials?failed=oauth_answer")
    credential = (await http.get(f"{V1}/credentials/{known}")).json()
    assert credential["scopes"] == ["read"] and credential["health"] == "good"
    token = next(iter(server.grants[0].access))
    assert token not in str(credential)
    tested = await http.post(f"{V1}/credentials/{known}/test")
    assert services.asked[-1].headers["authorization"] == f"Bearer {token}"
    assert token not in tested.text
    revoked = await http.post(f"{V1}/credentials/{known}/revoke")
    assert revoked.json() == {"credential_id": known, "there": True}
    assert server.grants[0].over


async def test_a_repeated_question_is_a_new_one(
    http: httpx2.AsyncClient, services: Service, server: OAuthServer
) -> None:
    """What proves the answer would lie in the clear where replies are kept."""
    await prepared(http, services)
    body, key = {"provider": "acme"}, {"idempotency-key": "same"}
    path = f"{V1}/credentials/oauth/start"
    first, second = [await http.post(path, json=body, headers=key) for _ in range(2)]
    assert first.json()["state"] != second.json()["state"]


async def test_connecting_stands_in_the_audit_log(
    http: httpx2.AsyncClient, services: Service, server: OAuthServer
) -> None:
    await prepared(http, services)
    begun = await started(http)
    back = await agreed(begun["url"])
    await http.get(back)
    await http.get(back)
    log = (await http.get(f"{V1}/audit?action=credential.connect")).json()["items"]
    assert [each["outcome"] for each in log] == ["failed", "done"]
    assert log[1]["resource_id"].startswith("c_") and log[1]["details"]["provider"] == "acme"
    asked = (await http.get(f"{V1}/audit?action=credential.ask")).json()["items"]
    assert len(asked) == 1
    code = back.partition("code=")[2].partition("&")[0]
    for secret in (begun["state"], code, SECRET):
        assert secret not in str(log) + str(asked)


async def test_an_answer_in_another_browser_counts_for_nothing(
    http: httpx2.AsyncClient, services: Service, server: OAuthServer
) -> None:
    await prepared(http, services)
    begun = await started(http)
    back = await agreed(begun["url"])
    http.cookies.clear()
    answer = await http.get(back)
    assert "failed=oauth_answer_not_yours" in answer.headers["location"]
    told = (await http.get(f"{V1}/credentials/oauth/{begun['state']}")).json()
    assert told["error"]["code"] == "oauth_answer_not_yours" and told["error"]["message_zh"]
    assert server.forms == []


async def test_another_browser_is_sent_there_by_an_address(
    http: httpx2.AsyncClient, services: Service, server: OAuthServer
) -> None:
    await prepared(http, services)
    begun = await started(http, elsewhere=True)
    assert begun["url"] == f"{HOST}/api/v1/credentials/oauth/{begun['state']}/go"
    assert not list(http.cookies.jar)
    hers = await http.get(urlsplit(begun["url"]).path, headers=HERS)
    assert_error(hers, 403, "oauth_answer_not_yours")
    begun = await started(http, elsewhere=True)
    gone = await http.get(urlsplit(begun["url"]).path)
    assert gone.status_code == 302
    answer = await http.get(await agreed(gone.headers["location"]))
    assert "connected=" in answer.headers["location"]


async def test_no_answer_leads_anywhere_else(http: httpx2.AsyncClient) -> None:
    for query in ("", "?state=x&code=y", "?state=//evil.example&error=a%0d%0aLocation:b"):
        answer = await http.get(f"{V1}/credentials/oauth/callback{query}")
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/credentials?failed=oauth_answer_over")


async def test_whoever_may_not_write_credentials_connects_none(http: httpx2.AsyncClient) -> None:
    reads = {"x-may": "credential.read"}
    body = {"provider": "github"}
    for method, path in [
        ("POST", "/credentials/oauth/start"),
        ("GET", "/credentials/oauth/callback"),
        ("GET", "/credentials/oauth/x"),
        ("GET", "/credentials/oauth/x/go"),
        ("POST", "/credentials/x/revoke"),
        ("PUT", "/providers/acme"),
        ("DELETE", "/providers/acme"),
        ("PUT", "/providers/acme/app"),
        ("DELETE", "/providers/acme/app"),
    ]:
        answer = await http.request(method, f"{V1}{path}", headers=reads, json=body)
        assert_error(answer, 403, "not_permitted")
    assert (await http.get(f"{V1}/providers", headers=reads)).status_code == 200
    answer = await http.get(f"{V1}/providers", headers={"x-may": "run.read"})
    assert_error(answer, 403, "not_permitted")

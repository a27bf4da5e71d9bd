"""The OAuth 2 client against a server of its wire, with the habits of the proven providers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from luban.model.errors import LubanError
from luban.net import GuardedHttp
from luban.ports.providers import App, AppMissing, Asking, Granted, GrantEnded, Provider
from luban.ports.vault import Credential
from luban.providers import ConfiguredProviders
from luban.providers.oauth.errors import ForeignAnswer, TokensRefused, TokensUnavailable
from luban.providers.oauth.sending_people import challenge
from luban.providers.oauth.tokens import TokenClient
from luban.storage.memory import MemoryDatabase
from tests.accounts.doubles import NOW, HandClock
from tests.providers.oauth_wire import CLIENT, REDIRECT, SECRET, OAuthServer
from tests.providers.wire import Service

OWNER = "team"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


class Apps:
    """One app for everything, or none."""

    def __init__(self, app: App | None) -> None:
        self.app = app

    async def find(self, owner: str, provider: Provider) -> App | None:
        return self.app


def configured(
    http: GuardedHttp,
    provider: Provider,
    app: App | None = App(client_id=CLIENT, client_secret=SECRET),  # noqa: B008
) -> ConfiguredProviders:
    clock = HandClock()
    rows = {provider.id: provider}
    tokens = TokenClient(http, clock, seconds=1.0)
    return ConfiguredProviders(MemoryDatabase().providers, Apps(app), tokens, {}, clock, rows=rows)


def asking(*scopes: str, **more: Any) -> Asking:
    values = {"owner": OWNER, "scopes": scopes, "redirect": REDIRECT, "state": "s" * 20}
    return Asking.model_validate({**values, "verifier": VERIFIER, **more})


def credential(provider: Provider, kind: str = "oauth2", **more: Any) -> Credential:
    values = {"id": "c", "owner": OWNER, "provider": provider.id, "name": "Mine", "kind": kind}
    return Credential.model_validate({**values, "created_at": 0, "updated_at": 0, **more})


async def visited(http: GuardedHttp, address: str) -> dict[str, str]:
    """What a browser brings back from a provider where the person agrees."""
    answer = await http.request("GET", address, follow_redirects=False)
    assert answer.status == 307, answer.text
    assert answer.headers["location"].startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def connected(
    http: GuardedHttp, provider: Provider, made: ConfiguredProviders, *scopes: str, **more: Any
) -> Granted:
    asked = asking(*scopes, **more)
    back = await visited(http, await made.address(provider, asked))
    assert back["state"] == asked.state
    return await made.exchange(provider, asked, back["code"])


HABITS = {
    "github": (
        "github",
        "/github.com/login/oauth/authorize",
        "/github.com/login/oauth/access_token",
    ),
    "google": ("plain", "/accounts.google.com/o/oauth2/v2/auth", "/oauth2.googleapis.com/token"),
    "slack": ("slack", "/slack.com/oauth/v2/authorize", "/slack.com/api/oauth.v2.access"),
    "slack-user": ("slack", "/slack.com/oauth/v2/authorize", "/slack.com/api/oauth.v2.access"),
    "notion": ("json", "/api.notion.com/v1/oauth/authorize", "/api.notion.com/v1/oauth/token"),
    "linkedin": (
        "plain",
        "/www.linkedin.com/oauth/v2/authorization",
        "/www.linkedin.com/oauth/v2/accessToken",
    ),
}


def server_of(services: Service, name: str, revoke: str = "", **habits: Any) -> OAuthServer:
    habit, authorize, token = HABITS[name]
    server = OAuthServer(habit, **habits)
    server.install(services, authorize, token, revoke)
    return server


@pytest.mark.parametrize("name", HABITS)
async def test_a_code_becomes_tokens(http: GuardedHttp, services: Service, name: str) -> None:
    provider, server = services.moved(name), server_of(services, name)
    granted = await connected(http, provider, configured(http, provider), "one", "two")
    assert server.knows(granted.secret["access_token"])
    assert granted.scopes == ("one", "two")
    assert granted.expires_at == NOW + 3600
    assert granted.secret["access_token"].endswith("-person") == (name == "slack-user")
    assert granted.account == ("Workshop" if name == "slack" else "")
    asked = server.asked[0]
    if name == "linkedin":
        assert "code_challenge" not in asked and "code_verifier" not in server.forms[0]
    else:
        assert asked["code_challenge"] == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636
    assert SECRET not in str(asked)


def test_the_challenge_is_that_of_the_standard() -> None:
    assert challenge(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_google_is_asked_for_what_it_needs(http: GuardedHttp, services: Service) -> None:
    provider, server = services.moved("google"), server_of(services, "google")
    made = configured(http, provider)
    await connected(http, provider, made, "email")
    assert server.asked[0]["access_type"] == "offline" and server.asked[0]["prompt"] == "consent"
    assert "include_granted_scopes" not in server.asked[0]
    await connected(http, provider, made, "email", "more", adds=True)
    assert server.asked[1]["include_granted_scopes"] == "true"
    assert server.asked[1]["scope"] == "email more"


async def test_a_person_may_permit_less(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("google")
    server_of(services, "google", permits={"email"})
    granted = await connected(http, provider, configured(http, provider), "email", "drive")
    assert granted.scopes == ("email",)


@pytest.mark.parametrize("name", ["github", "google", "slack"])
async def test_a_code_works_once_and_only_with_its_verifier(
    http: GuardedHttp, services: Service, name: str
) -> None:
    provider = services.moved(name)
    server_of(services, name)
    made = configured(http, provider)
    asked = asking("one")
    back = await visited(http, await made.address(provider, asked))
    with pytest.raises(TokensRefused) as refused:
        await made.exchange(provider, asked.model_copy(update={"verifier": "x" * 43}), back["code"])
    assert refused.value.params["oauth_error"] == "invalid_grant"
    with pytest.raises(TokensRefused):
        await made.exchange(provider, asked, back["code"])


async def test_another_redirect_address_is_refused(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("google")
    server_of(services, "google")
    made = configured(http, provider)
    asked = asking("one")
    back = await visited(http, await made.address(provider, asked))
    moved = asked.model_copy(update={"redirect": "http://localhost:9999/callback"})
    with pytest.raises(TokensRefused) as refused:
        await made.exchange(provider, moved, back["code"])
    assert "http://localhost:9999/callback" in str(refused.value)
    assert "http://localhost:9999/callback" in refused.value.message_zh


@pytest.mark.parametrize("name", ["github", "google", "slack", "notion"])
async def test_a_wrong_app_is_told_without_its_secret(
    http: GuardedHttp, services: Service, name: str
) -> None:
    provider = services.moved(name)
    server_of(services, name)
    wrong = App(client_id=CLIENT, client_secret="wrong secret")
    made = configured(http, provider, wrong)
    with pytest.raises(TokensRefused, match="client id and secret") as refused:
        await connected(http, provider, made, "one")
    assert "wrong secret" not in str(refused.value.as_json())


async def test_no_app_says_how_to_get_one(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("github")
    with pytest.raises(AppMissing, match="LUBAN_OAUTH_GITHUB_CLIENT_ID") as missing:
        await configured(http, provider, None).address(provider, asking())
    assert REDIRECT in str(missing.value)
    given = asking(app=App(client_id="mine", client_secret="my secret"))
    address = await configured(http, provider, None).address(provider, given)
    assert "client_id=mine" in address and "secret" not in address


async def test_an_app_given_with_the_credential_stays_with_it(
    http: GuardedHttp, services: Service
) -> None:
    provider, server = services.moved("google"), server_of(services, "google")
    made = configured(http, provider, None)
    app = App(client_id=CLIENT, client_secret=SECRET)
    granted = await connected(http, provider, made, "one", app=app)
    assert granted.secret["client_secret"] == SECRET
    fresh = await made.refresh(provider, credential(provider), granted.secret)
    assert server.knows(fresh.secret["access_token"])


async def test_refresh_tokens_that_rotate_and_those_that_do_not(
    http: GuardedHttp, services: Service
) -> None:
    provider, server = services.moved("google"), server_of(services, "google")
    made = configured(http, provider)
    first = await connected(http, provider, made, "one")
    second = await made.refresh(provider, credential(provider), first.secret)
    assert second.secret["refresh_token"] != first.secret["refresh_token"]
    assert second.secret["access_token"] != first.secret["access_token"]
    server.rotates = False
    third = await made.refresh(provider, credential(provider), second.secret)
    assert third.secret["refresh_token"] == second.secret["refresh_token"]
    assert third.secret["access_token"] != second.secret["access_token"]


@pytest.mark.parametrize("name", ["github", "google", "slack"])
async def test_a_grant_that_is_over(http: GuardedHttp, services: Service, name: str) -> None:
    provider, server = services.moved(name), server_of(services, name)
    made = configured(http, provider)
    granted = await connected(http, provider, made, "one")
    server.grants[0].over = True
    with pytest.raises(GrantEnded) as ended:
        await made.refresh(provider, credential(provider), granted.secret)
    for value in granted.secret.values():
        assert value not in str(ended.value.as_json()) or value == "bearer"
    assert "Mine" in str(ended.value) and "Mine" in ended.value.message_zh


TROUBLE: dict[str, tuple[int, str, dict[str, str]]] = {
    "429": (429, '{"error": "slow_down"}', {"retry_after": "9"}),
    "500": (500, "oops", {}),
    "503 in JSON": (503, '{"error": "temporarily_unavailable"}', {}),
    "no JSON": (200, "<html>", {}),
    "JSON of another shape": (200, "[1, 2]", {}),
    "no token": (200, "{}", {}),
    "a token that is none": (200, '{"access_token": 7}', {}),
    "moved": (302, "", {"location": "https://evil.example/"}),
}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_trouble_of_the_provider_ends_no_grant(
    http: GuardedHttp, services: Service, trouble: str
) -> None:
    provider = services.moved("google")
    server_of(services, "google")
    made = configured(http, provider)
    granted = await connected(http, provider, made, "one")
    status, text, headers = TROUBLE[trouble]
    services.feel(status, text, **headers)
    before = len(services.asked)
    with pytest.raises(TokensUnavailable) as unavailable:
        await made.refresh(provider, credential(provider), granted.secret)
    assert len(services.asked) == before + 1
    assert unavailable.value.retryable
    assert unavailable.value.retry_after == (9 if trouble == "429" else None)


async def test_a_provider_that_does_not_answer(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("google")
    server_of(services, "google")
    made = configured(http, provider)
    granted = await connected(http, provider, made, "one")
    services.sleep()
    with pytest.raises(TokensUnavailable) as unavailable:
        await made.refresh(provider, credential(provider), granted.secret)
    assert granted.secret["refresh_token"] not in str(unavailable.value.as_json())


@pytest.mark.parametrize(
    ("said", "expected"),
    [("60", 60), (60.5, 60.5), (None, None), ("soon", None), (-5, None), (0, None)],
)
async def test_how_long_tokens_last(
    http: GuardedHttp, services: Service, said: Any, expected: float | None
) -> None:
    provider = services.moved("google")
    server_of(services, "google", lasts=said)
    granted = await connected(http, provider, configured(http, provider), "one")
    assert granted.expires_at == (None if expected is None else NOW + expected)


async def test_an_answer_of_another_issuer_is_refused(http: GuardedHttp, services: Service) -> None:
    provider, server = services.moved("google"), server_of(services, "google")
    made = configured(http, provider)
    asked = asking("one")
    back = await visited(http, await made.address(provider, asked))
    with pytest.raises(ForeignAnswer):
        await made.exchange(provider, asked, back["code"], "https://evil.example")
    assert server.forms == []
    assert provider.oauth is not None
    assert await made.exchange(provider, asked, back["code"], provider.oauth.issuer)


@pytest.mark.parametrize("name", ["google", "slack"])
async def test_taking_a_grant_back(http: GuardedHttp, services: Service, name: str) -> None:
    path = {"google": "/oauth2.googleapis.com/revoke", "slack": "/slack.com/api/auth.revoke"}
    provider, server = services.moved(name), server_of(services, name, path[name])
    made = configured(http, provider)
    granted = await connected(http, provider, made, "one")
    assert await made.revoke(provider, credential(provider), granted.secret)
    assert server.grants[0].over
    services.feel(400, '{"error": "invalid_grant"}')
    assert await made.revoke(provider, credential(provider), granted.secret)  # gone is gone
    services.feel(503)
    with pytest.raises(TokensUnavailable):
        await made.revoke(provider, credential(provider), granted.secret)
    services.feel(403, '{"error": "forbidden"}')
    with pytest.raises(TokensRefused):
        await made.revoke(provider, credential(provider), granted.secret)


async def test_github_takes_back_in_its_own_way(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("github")
    services.feel(204)
    secret = {"access_token": "gho_1234567890"}
    assert await configured(http, provider).revoke(provider, credential(provider), secret)
    asked = services.asked[0]
    assert asked.method == "DELETE"
    assert asked.path == f"/api.github.com/applications/{CLIENT}/token"
    assert asked.headers["authorization"].startswith("Basic ")
    assert b"gho_1234567890" in asked.body


async def test_an_app_that_acts_for_itself(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("reddit")
    server = OAuthServer()
    server.install(services, "/-", "/www.reddit.com/api/v1/access_token")
    made = configured(http, provider, None)
    settings = {"grant": "client_credentials", "client_id": CLIENT, "scopes": "read submit"}
    mine = credential(provider, settings=settings)
    secret: Mapping[str, str] = {"client_secret": SECRET}
    assert made.can_refresh(provider, mine, secret)
    granted = await made.refresh(provider, mine, secret)
    assert server.knows(granted.secret["access_token"]) and granted.scopes == ("read", "submit")
    by_hand = credential(provider, settings={"client_id": CLIENT})
    assert not made.can_refresh(provider, by_hand, secret)


async def test_a_service_account_signs_its_own_proof(
    http: GuardedHttp, services: Service, service_account_key: str
) -> None:
    provider = services.moved("google")
    services.feel(200, '{"access_token": "ya29.token", "expires_in": 3599}')
    made = configured(http, provider)
    settings = {"scopes": "https://www.googleapis.com/auth/drive.readonly"}
    mine = credential(provider, "service_account", settings=settings)
    secret = {"key": service_account_key}
    assert made.can_refresh(provider, mine, secret)
    granted = await made.refresh(provider, mine, secret)
    assert granted.secret["access_token"] == "ya29.token"
    assert granted.account == "luban@project.iam.gserviceaccount.com"
    form = dict(parse_qsl(services.asked[0].body.decode()))
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    key = RSAKey.import_key(json.loads(service_account_key)["private_key"])
    token = jwt.decode(form["assertion"], key, algorithms=["RS256"])
    assert token.claims["aud"] == f"{services.base}/oauth2.googleapis.com/token"
    assert token.claims["scope"] == settings["scopes"]
    assert token.claims["exp"] - token.claims["iat"] == 3600
    headers = made.headers(provider, mine, granted.secret)
    assert headers == {"Authorization": "Bearer ya29.token"}


@pytest.mark.parametrize("key", ["", "{}", "[]", '{"client_email": "a", "private_key": "no"}'])
async def test_a_key_file_that_is_none(http: GuardedHttp, services: Service, key: str) -> None:
    provider = services.moved("google")
    made = configured(http, provider)
    with pytest.raises(LubanError, match="service account"):
        await made.refresh(provider, credential(provider, "service_account"), {"key": key})
    assert services.asked == []

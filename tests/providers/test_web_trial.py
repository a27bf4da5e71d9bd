"""What a person sees after pressing Test, whatever the service answers."""

from __future__ import annotations

import base64

import pytest

from luban.net import AllowList, GuardedHttp
from luban.ports import providers as asked_of_providers
from luban.ports.providers import Provider
from luban.ports.vault import Credential
from luban.providers.web_trial import WebTrial
from tests.accounts.doubles import HandClock
from tests.providers.services import KEY
from tests.providers.wire import Service

PROVEN = ["openai", "anthropic", "github", "slack", "openweathermap"]


async def tried(
    http: GuardedHttp,
    provider: Provider,
    secret: dict[str, str] | None = None,
    kind: str = "api_key",
    seconds: float = 10.0,
    **settings: str,
) -> asked_of_providers.Tested:
    credential = Credential.model_validate(
        {
            "id": "c",
            "owner": "o",
            "provider": provider.id,
            "name": "Mine",
            "kind": kind,
            "settings": settings,
            "created_at": 0,
            "updated_at": 0,
        }
    )
    found = provider.kind(credential.kind)
    assert found is not None
    given = {"api_key": KEY} if secret is None else secret
    tested = await WebTrial(http, HandClock(), seconds).test(provider, found, credential, given)
    for value in given.values():
        assert value not in tested.model_dump_json(), "a secret was told"
    if tested.health != "good":
        assert tested.trouble.endswith(".") or ":" in tested.trouble
        assert any("一" <= letter <= "鿿" for letter in tested.trouble_zh)
    return tested


@pytest.mark.parametrize("name", PROVEN)
async def test_a_key_that_works(http: GuardedHttp, services: Service, name: str) -> None:
    assert (await tried(http, services.moved(name))).health == "good"
    assert len(services.asked) == 1


@pytest.mark.parametrize("name", PROVEN)
async def test_a_key_that_does_not(http: GuardedHttp, services: Service, name: str) -> None:
    tested = await tried(http, services.moved(name), {"api_key": "sk-wrong-9876543210"})
    assert tested.health == "bad"


@pytest.mark.parametrize("name", PROVEN)
async def test_a_service_in_trouble_says_nothing_of_the_key(
    http: GuardedHttp, services: Service, name: str
) -> None:
    provider = services.moved(name)
    services.feel(429, "{}", retry_after="17")
    tested = await tried(http, provider)
    assert tested.health == "unknown" and tested.retry_after == 17 and "17 s" in tested.trouble
    services.feel(503, "<html>down</html>")
    assert "503" in (await tried(http, provider)).trouble
    services.feel(200, "<html>captive portal</html>")
    tested = await tried(http, provider)
    assert tested.health == "unknown" and "not JSON" in tested.trouble
    services.feel(418, "{}")
    assert "418" in (await tried(http, provider)).trouble


async def test_a_service_that_does_not_answer(http: GuardedHttp, services: Service) -> None:
    services.sleep()
    tested = await tried(http, services.moved("openai"), seconds=0.2)
    assert tested.health == "unknown" and "0.2 s" in tested.trouble


async def test_nobody_there(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("openai")
    nowhere = Provider.model_validate_json(
        provider.model_dump_json().replace(services.base, "http://127.0.0.1:9")
    )
    tested = await tried(http, nowhere)
    assert tested.health == "unknown" and "cannot be reached" in tested.trouble


async def test_whose_it_is_and_what_was_granted(http: GuardedHttp, services: Service) -> None:
    github = await tried(http, services.moved("github"))
    assert github.account == "octocat" and github.scopes == ("repo", "gist", "read:user")
    slack = await tried(http, services.moved("slack"))
    assert slack.account == "luban @ Workshop" and slack.scopes == ("chat:write",)
    google = await tried(http, services.moved("google"), {"access_token": KEY}, kind="oauth2")
    assert google.account == "lu@example.com" and google.scopes == ("openid", "email")
    telegram = await tried(http, services.moved("telegram"))
    assert telegram.account == "luban_bot"
    twilio = await tried(
        http, services.moved("twilio"), {"auth_token": KEY}, kind="password", account_sid="AC1"
    )
    assert twilio.account == "Workshop"


async def test_a_key_in_the_address_is_not_told(http: GuardedHttp, services: Service) -> None:
    """Telegram wants it there; a time-out names the address."""
    provider = services.moved("telegram")
    tested = await tried(http, provider, {"api_key": "12345:wrong/../token"})
    assert tested.health == "bad"
    assert services.paths == ["/api.telegram.org/bot12345:wrong/../token/getMe"]  # %2F, decoded


async def test_a_service_that_repeats_the_key(http: GuardedHttp, services: Service) -> None:
    tested = await tried(http, services.moved("openai"), {"api_key": "sk-wrong-9876543210"})
    assert "•••" in tested.trouble and "401" in tested.trouble


async def test_limits_that_come_as_403(http: GuardedHttp, services: Service) -> None:
    services.feel(403, '{"message": "API rate limit exceeded"}', x_ratelimit_remaining="0")
    assert (await tried(http, services.moved("github"))).health == "unknown"


async def test_a_redirect_is_not_followed_with_the_key(
    http: GuardedHttp, services: Service
) -> None:
    services.feel(302, "", location="/elsewhere")
    tested = await tried(http, services.moved("openai"))
    assert tested.health == "unknown" and len(services.asked) == 1


async def test_a_key_goes_to_no_other_host(http: GuardedHttp, services: Service) -> None:
    provider = services.moved("openai").model_copy(update={"hosts": ("api.openai.com",)})
    tested = await tried(http, provider)
    assert tested.health == "bad" and "127.0.0.1" in tested.trouble
    assert services.asked == []


async def test_a_private_address_is_refused(services: Service) -> None:
    guarded = GuardedHttp(AllowList())
    try:
        tested = await tried(guarded, services.moved("openai"))
    finally:
        await guarded.aclose()
    assert tested.health == "unknown" and "LUBAN_ALLOW_HOSTS" in tested.trouble
    assert services.asked == []


async def test_a_line_break_in_a_key_is_not_sent(http: GuardedHttp, services: Service) -> None:
    tested = await tried(http, services.moved("openai"), {"api_key": "abcd\r\nX-Evil: 1"})
    assert tested.health == "bad" and services.asked == []
    tested = await tried(http, services.moved("openai"), {})
    assert tested.health == "bad" and "api_key" in tested.trouble


async def test_what_may_be_left_out_is(http: GuardedHttp, services: Service) -> None:
    async def version(request: object) -> object:
        from starlette.responses import JSONResponse

        return JSONResponse({"version": "0.9"})

    services.answers["GET /api/version"] = version  # type: ignore[assignment]
    provider = services.moved("ollama")
    tested = await tried(http, provider, {}, base_url=services.base)
    assert tested.health == "good" and "authorization" not in services.asked[0].headers
    await tried(http, provider, {"api_key": KEY}, base_url=f"{services.base}/")
    assert services.asked[1].headers["authorization"] == f"Bearer {KEY}"
    assert services.asked[1].path == "/api/version"


def test_basic_is_encoded() -> None:
    from luban.ports.providers import Kind
    from luban.providers.filling import headers

    kind = Kind(kind="password", headers={"Authorization": "Basic {user}:{word}"})
    made = headers(kind, {"user": "ü", "word": "a:b"}, "Acme")
    assert base64.b64decode(made["Authorization"].removeprefix("Basic ")).decode() == "ü:a:b"

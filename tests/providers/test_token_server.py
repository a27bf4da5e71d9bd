"""The OAuth 2 client against a server that others wrote: rotation, revocation, PKCE, trouble."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from luban.net import AllowList, GuardedHttp
from luban.ports.providers import App, Asking, Granted, GrantEnded, Provider
from luban.ports.vault import Credential
from luban.providers import ConfiguredProviders
from luban.providers.catalogue import read_row
from luban.providers.oauth.errors import TokensRefused, TokensUnavailable
from tests.providers.oauth_wire import REDIRECT
from tests.providers.test_oauth import OWNER, VERIFIER, configured, credential
from tools import prerequisites

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    command = prerequisites.find_token_server()
    if command is None:
        left_out = pytest.fail if prerequisites.strict() else pytest.skip
        left_out("no Node, or no packages from npm")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None and server.stdout is not None
        yield json.loads(server.stdout.readline())["base"]
        server.stdin.close()
        server.wait(10)


@pytest.fixture
async def http() -> AsyncIterator[GuardedHttp]:
    made = GuardedHttp(AllowList.parse("loopback"))
    yield made
    await made.aclose()


@pytest.fixture
def provider(base: str) -> Provider:
    row = {
        "title": "Peer",
        "hosts": ["127.0.0.1"],
        "kinds": [{"kind": "oauth2"}, {"kind": "service_account"}],
        "oauth": {
            "authorize": f"{base}/authorize",
            "token": f"{base}/token",
            "revoke": f"{base}/revoke",
            "grants": ["authorization_code", "client_credentials"],
        },
    }
    return read_row("peer", row)


@pytest.fixture
def providers(http: GuardedHttp, provider: Provider) -> ConfiguredProviders:
    return configured(http, provider, App(client_id="luban", client_secret="a secret"))


async def control(http: GuardedHttp, base: str, **mood: Any) -> None:
    await http.request("POST", f"{base}/control", json=mood)


async def connected(
    http: GuardedHttp, provider: Provider, providers: ConfiguredProviders, verifier: str = VERIFIER
) -> Granted:
    asked = Asking(
        owner=OWNER, scopes=("read",), state="a-state", verifier=VERIFIER, redirect=REDIRECT
    )
    address = await providers.address(provider, asked)
    answer = await http.request("GET", address, follow_redirects=False)
    back = answer.headers["location"]
    assert back.startswith(f"{REDIRECT}?code=") and back.endswith("&state=a-state")
    code = back.partition("code=")[2].partition("&")[0]
    shown = asked.model_copy(update={"verifier": verifier})
    return await providers.exchange(provider, shown, code)


def mine(provider: Provider, **more: Any) -> Credential:
    return credential(provider, **more)


async def test_connected_and_refreshed_with_each_token_once(
    http: GuardedHttp, provider: Provider, providers: ConfiguredProviders
) -> None:
    first = await connected(http, provider, providers)
    assert first.secret["access_token"].count(".") == 2 and first.expires_at
    second = await providers.refresh(provider, mine(provider), first.secret)
    third = await providers.refresh(provider, mine(provider), second.secret)
    tokens = {each.secret["refresh_token"] for each in (first, second, third)}
    assert len(tokens) == 3
    with pytest.raises(GrantEnded):
        await providers.refresh(provider, mine(provider), second.secret)


async def test_a_grant_taken_back_is_over(
    http: GuardedHttp, provider: Provider, providers: ConfiguredProviders
) -> None:
    granted = await connected(http, provider, providers)
    assert await providers.revoke(provider, mine(provider), granted.secret)
    with pytest.raises(GrantEnded):
        await providers.refresh(provider, mine(provider), granted.secret)


async def test_a_code_needs_its_verifier(
    http: GuardedHttp, provider: Provider, providers: ConfiguredProviders
) -> None:
    with pytest.raises(TokensRefused, match="code_verifier"):
        await connected(http, provider, providers, verifier="w" * 43)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_leaves_the_grant_as_it_is(
    http: GuardedHttp,
    base: str,
    provider: Provider,
    providers: ConfiguredProviders,
    status: int,
) -> None:
    granted = await connected(http, provider, providers)
    await control(http, base, status=status, body={})
    with pytest.raises(TokensUnavailable):
        await providers.refresh(provider, mine(provider), granted.secret)
    again = await providers.refresh(provider, mine(provider), granted.secret)
    assert again.secret["refresh_token"] != granted.secret["refresh_token"]


async def test_an_app_that_acts_for_itself(
    provider: Provider, providers: ConfiguredProviders
) -> None:
    settings = {"grant": "client_credentials", "scopes": "read write"}
    granted = await providers.refresh(provider, mine(provider, settings=settings), {})
    assert granted.scopes == ("read", "write") and "refresh_token" not in granted.secret


async def test_a_service_account(
    provider: Provider, providers: ConfiguredProviders, service_account_key: str
) -> None:
    account = mine(
        provider, kind="service_account", settings={"subject": "lu@example.com", "scopes": "read"}
    )
    granted = await providers.refresh(provider, account, {"key": service_account_key})
    assert granted.secret["access_token"] and granted.account == "lu@example.com"

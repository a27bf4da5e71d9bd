"""Signing in by a server that speaks like GitHub, over real connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from luban.api.identify import COOKIE
from luban.net import AllowList, GuardedHttp
from luban.services.accounts.joining import SignUp
from luban.services.accounts.proofs import ProofSettings
from luban.services.accounts.sign_in_settings import hosts_of, read_providers
from tests.accounts.github_server import CLIENT, SECRET, Github, github
from tests.api.kit import V1
from tests.api.people_kit import me
from tests.api.proof_kit import ProofTown, proof_town

START = f"{V1}/auth/providers/github/start?back=/agents"


@pytest.fixture
def hub() -> Iterator[Github]:
    with github() as server:
        yield server


@pytest.fixture
async def there(hub: Github, tmp_path: Path) -> AsyncIterator[ProofTown]:
    row = {"id": "github", "issuer": hub.url, "client_id": CLIENT, "client_secret": SECRET}
    providers = read_providers({}, [row])
    http = GuardedHttp(AllowList.parse(hosts_of(providers)))
    settings = ProofSettings(providers=providers, sign_up=SignUp.read("example.com"))
    try:
        async with proof_town(tmp_path, settings, http) as made:
            await made.person("founder", "admin")
            yield made
    finally:
        await http.aclose()


async def visit(browser: httpx2.AsyncClient) -> str:
    """There and back again: the address that the browser brings back."""
    there = (await browser.get(START)).headers["location"]
    async with httpx2.AsyncClient() as elsewhere:
        return (await elsewhere.get(there)).headers["location"]


async def come_back(browser: httpx2.AsyncClient, url: str) -> str:
    answer = await browser.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def test_somebody_signs_in_with_their_verified_primary_address(
    there: ProofTown, hub: Github
) -> None:
    browser = there.browser()
    assert await come_back(browser, await visit(browser)) == "/agents"
    mine = await me(browser)
    assert (mine["email"], mine["name"]) == ("ada@example.com", "ada")
    (identity,) = (await browser.get(f"{V1}/me/identities")).json()["items"]
    assert (identity["issuer"], identity["subject"]) == (hub.url, "583231")
    assert identity["title"] == "GitHub"


async def test_who_renamed_themselves_there_is_the_same_here(there: ProofTown, hub: Github) -> None:
    ids = set()
    for login in ("ada", "lovelace"):
        hub.user["login"] = login
        browser = there.browser()
        await come_back(browser, await visit(browser))
        ids.add((await me(browser))["id"])
    hub.user["id"] = 7  # somebody else took the old name, and the old address
    browser = there.browser()
    assert "error=link_first" in await come_back(browser, await visit(browser))
    assert len(ids) == 1


@pytest.mark.parametrize(
    "emails",
    [
        [],
        [{"email": "ada@example.com", "primary": True, "verified": False}],
        [{"email": "ada@example.com", "primary": False, "verified": True}],
    ],
)
async def test_without_a_verified_address_there_is_no_account(
    there: ProofTown, hub: Github, emails: Any
) -> None:
    hub.emails = emails
    browser = there.browser()
    assert "error=no_usable_email" in await come_back(browser, await visit(browser))
    assert COOKIE not in browser.cookies


async def test_a_code_is_good_once_and_for_who_was_sent(there: ProofTown, hub: Github) -> None:
    browser = there.browser()
    url = await visit(browser)
    code = parse_qs(urlsplit(url).query)["code"][0]
    other = there.browser()
    state = parse_qs(urlsplit((await other.get(START)).headers["location"]).query)["state"][0]
    stolen = f"{V1}/auth/providers/github/callback?code={code}&state={state}"
    lost = await come_back(other, stolen)  # another browser made another verifier
    assert lost == "/sign-in?error=sign_in_failed"
    assert hub.asked[-1]["code"] == code
    assert "error=sign_in_failed" in await come_back(browser, url)


async def test_a_token_that_is_withdrawn_at_once(there: ProofTown, hub: Github) -> None:
    class Forgetful(set[str]):
        def add(self, _: str) -> None:
            """Keeps nothing."""

    hub.tokens = Forgetful()
    browser = there.browser()
    assert "error=sign_in_failed" in await come_back(browser, await visit(browser))

"""Signing in by a real OpenID provider: npm's `oidc-provider`, with what a browser does there."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest

from luban.api.identify import COOKIE
from luban.net import AllowList, GuardedHttp
from luban.ports.clock import SystemClock
from luban.services.accounts import one_time_codes
from luban.services.accounts.joining import SignUp
from luban.services.accounts.proofs import ProofSettings
from luban.services.accounts.sign_in_settings import SignInProvider, hosts_of
from tests.accounts.doubles import TableHttp
from tests.api.kit import V1, assert_error
from tests.api.people_kit import me, sign_in
from tests.api.proof_kit import ProofTown, post, proof_town

PEOPLE = {
    "ada": {"email": "Ada@example.com", "email_verified": True, "name": "Ada L."},
    "eve": {"email": "eve@example.com", "email_verified": False, "name": "Eve"},
}
HERE = "http://localhost:8123"
CALLBACK = V1 + "/auth/providers/{}/callback"
SAME_SITE = {"sec-fetch-site": "same-origin"}


@dataclass
class Elsewhere:
    """The provider's own process, and a person's browser there."""

    issuer: str
    browser: httpx2.AsyncClient

    async def visit(self, url: str, way: str = "as=ada") -> str:
        """What a browser does there until it is sent away: the address it is sent to."""
        for _ in range(10):
            response = await self.browser.get(url)
            assert response.status_code in (302, 303), response.text
            url = response.headers["location"]
            if url.startswith("/"):
                url = self.issuer + url
            if not url.startswith(self.issuer):
                return url
            if "/interaction/" in url:
                url += f"?{way}"
        raise AssertionError(url)


@contextmanager
def issuing(command: list[str], where: str) -> Iterator[str]:
    """A provider that tells of a person in the ID token, or apart from it."""
    redirects = [HERE + CALLBACK.format(name) for name in ("acme", "other")]
    with subprocess.Popen(
        [*command, json.dumps(redirects), json.dumps(PEOPLE), where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin and process.stdout
        yield json.loads(process.stdout.readline())["issuer"]
        process.stdin.close()


@pytest.fixture(scope="module")
def issuer(issuer_command: list[str]) -> Iterator[str]:
    with issuing(issuer_command, "apart") as found:
        yield found


@pytest.fixture
async def elsewhere(issuer: str) -> AsyncIterator[Elsewhere]:
    async with httpx2.AsyncClient() as browser:
        yield Elsewhere(issuer, browser)


class LaterClock:
    """The machine's clock, a little ahead when a test says so."""

    ahead = 0.0

    def now(self) -> float:
        return SystemClock.now() + self.ahead

    def monotonic(self) -> float:
        return SystemClock.monotonic() + self.ahead


Opened = Callable[..., Any]


@pytest.fixture
def opened(elsewhere: Elsewhere, tmp_path: Path) -> Opened:
    """A town that trusts the provider, by either kind of key."""

    @asynccontextmanager
    async def open_it(
        rule: str = "open",
        issuer: str = elsewhere.issuer,
        clock: Any = SystemClock,
        founded: bool = True,
        **more: Any,
    ) -> AsyncIterator[ProofTown]:
        providers = [
            SignInProvider(name, "oidc", title, issuer, f"luban-{alg}", f"secret of/{alg}+")
            for name, title, alg in (("acme", "Acme", "RS256"), ("other", "Other", "ES256"))
        ]
        http = GuardedHttp(AllowList.parse(hosts_of(providers)))
        settings = ProofSettings(providers=providers, sign_up=SignUp.read(rule))
        try:
            async with proof_town(tmp_path, settings, http, clock=clock, **more) as made:
                if founded:
                    await made.person("founder", "admin")
                yield made
        finally:
            await http.aclose()

    return open_it


@pytest.fixture
async def there(opened: Opened) -> AsyncIterator[ProofTown]:
    async with opened() as made:
        yield made


async def start(browser: httpx2.AsyncClient, name: str = "acme", **how: Any) -> str:
    headers = how.pop("headers", {})
    answer = await browser.get(
        f"{V1}/auth/providers/{name}/start", params={"back": "/agents"} | how, headers=headers
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def come_back(browser: httpx2.AsyncClient, url: str) -> str:
    answer = await browser.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def changed(url: str, **parameters: str) -> str:
    """The address with parameters replaced; an empty one is left out."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query)) | parameters
    query = urlencode({name: value for name, value in given.items() if value})
    return parts._replace(query=query).geturl()


@pytest.mark.parametrize("name", ["acme", "other"])
async def test_somebody_new_signs_in(there: ProofTown, elsewhere: Elsewhere, name: str) -> None:
    browser = there.browser()
    url = await start(browser, name)
    cookie = browser.cookies["luban_away"]
    returned = await elsewhere.visit(url)
    assert parse_qs(urlsplit(returned).query)["iss"] == [elsewhere.issuer]
    assert await come_back(browser, returned) == "/agents"
    mine = await me(browser)
    assert (mine["email"], mine["name"], mine["role"]) == ("ada@example.com", "Ada L.", "user")
    assert mine["has_password"] is False
    assert cookie not in url and cookie not in returned
    (identity,) = (await browser.get(f"{V1}/me/identities")).json()["items"]
    assert (identity["issuer"], identity["subject"]) == (elsewhere.issuer, "ada")
    assert identity["title"] == "Acme"


async def test_the_cookie_is_for_no_script_and_the_state_page_names_the_ways(
    there: ProofTown,
) -> None:
    browser = there.browser()
    answer = await browser.get(f"{V1}/auth/providers/acme/start")
    attributes = answer.headers["set-cookie"].lower()
    assert all(word in attributes for word in ("httponly", "samesite=lax", "max-age=600"))
    state = (await browser.get(f"{V1}/auth/state")).json()
    assert state["providers"] == [
        {"id": "acme", "title": "Acme"},
        {"id": "other", "title": "Other"},
    ]


async def test_who_comes_again_is_the_same(there: ProofTown, elsewhere: Elsewhere) -> None:
    ids = set()
    for _ in range(2):
        browser = there.browser()
        await come_back(browser, await elsewhere.visit(await start(browser)))
        ids.add((await me(browser))["id"])
    assert len(ids) == 1


async def test_a_refusal_there_is_told_here(
    there: ProofTown, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser), "refuse")
    assert parse_qs(urlsplit(returned).query)["error"] == ["access_denied"]
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"
    assert COOKIE not in browser.cookies
    assert "Acme did not sign you in: it was refused there" in caplog.text
    assert parse_qs(urlsplit(returned).query)["state"][0] not in caplog.text


async def test_an_unverified_email_makes_no_account(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser), "as=eve")
    assert await come_back(browser, returned) == "/sign-in?error=no_usable_email&back=%2Fagents"


async def test_keys_that_were_changed_there(opened: Opened, elsewhere: Elsewhere) -> None:
    """Keys are fetched again for a name that is new, at most every half minute."""
    clock = LaterClock()
    async with opened(clock=clock) as there:
        browser = there.browser()
        assert await come_back(browser, await elsewhere.visit(await start(browser))) == "/agents"
        await elsewhere.browser.post(f"{elsewhere.issuer}/rotate")
        browser = there.browser()
        lost = await come_back(browser, await elsewhere.visit(await start(browser)))
        assert "error=sign_in_failed" in lost
        clock.ahead = 31.0
        assert await come_back(browser, await elsewhere.visit(await start(browser))) == "/agents"


async def test_what_an_issuer_tells_in_the_token_itself(
    opened: Opened, issuer_command: list[str]
) -> None:
    with issuing(issuer_command, "in-token") as issuer:
        async with opened(issuer=issuer) as there, httpx2.AsyncClient() as client:
            browser = there.browser()
            returned = await Elsewhere(issuer, client).visit(await start(browser))
            assert await come_back(browser, returned) == "/agents"
            assert (await me(browser))["email"] == "ada@example.com"


async def test_another_nonce(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    url = changed(await start(browser), nonce="0" * 64)
    returned = await elsewhere.visit(url)
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"


async def test_another_challenge(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    url = changed(await start(browser), code_challenge="A" * 43)
    returned = await elsewhere.visit(url)
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"


async def test_another_audience(there: ProofTown, elsewhere: Elsewhere) -> None:
    """A code that was given to another client is worth nothing here."""
    browser = there.browser()
    mine = await start(browser)
    theirs = await elsewhere.visit(await start(there.browser(), "other"))
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    returned = changed(await elsewhere.visit(mine), code=code)
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"


async def test_a_code_is_good_once(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser))
    answers = await asyncio.gather(*(come_back(browser, returned) for _ in range(5)))
    lost = ("/sign-in?error=sign_in_lost", "/settings/account?error=sign_in_lost")
    assert sorted(each in lost for each in answers) == [False] + [True] * 4
    other = there.browser()
    url = await start(other)
    state = parse_qs(urlsplit(url).query)["state"][0]
    again = changed(returned, state=state)  # the old code, in a sign-in that is open
    assert await come_back(other, again) == "/sign-in?error=sign_in_failed"


async def test_the_answer_of_one_browser_in_another(there: ProofTown, elsewhere: Elsewhere) -> None:
    """Nobody is signed in to the account of who sent them a link."""
    returned = await elsewhere.visit(await start(there.browser()))
    victim = there.browser()
    assert await come_back(victim, returned) == "/sign-in?error=sign_in_lost"
    await start(victim)
    assert await come_back(victim, returned) == "/sign-in?error=sign_in_lost"
    assert COOKIE not in victim.cookies


async def test_one_provider_mixed_up_with_another(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser))
    mixed = returned.replace("/acme/", "/other/")
    assert await come_back(browser, mixed) == "/sign-in?error=sign_in_lost"
    returned = changed(await elsewhere.visit(await start(browser)), iss="https://evil.example")
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"
    returned = changed(await elsewhere.visit(await start(browser)), iss="")
    assert await come_back(browser, returned) == "/sign-in?error=sign_in_failed"


async def test_a_name_that_comes_twice_says_nothing(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser))
    assert "sign_in_failed" in await come_back(browser, f"{returned}&code=x")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_elsewhere(there: ProofTown, elsewhere: Elsewhere, back: str) -> None:
    browser = there.browser()
    returned = await elsewhere.visit(await start(browser, back=back))
    assert await come_back(browser, returned) == "/"


async def test_the_address_to_come_back_to_is_the_one_that_is_known(opened: Opened) -> None:
    async with opened(public_url="https://luban.example") as there:
        url = await start(there.browser(base="http://luban.test"))
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"]
        assert redirect == ["https://luban.example" + CALLBACK.format("acme")]
        refused = await there.browser(base="http://evil.example").get(
            f"{V1}/auth/providers/acme/start"
        )
        assert_error(refused, 421, "unknown_host")


async def test_the_first_account_is_for_who_started_the_server(
    opened: Opened, elsewhere: Elsewhere
) -> None:
    async with opened(founded=False) as there:
        browser = there.browser()
        lost = await come_back(browser, await elsewhere.visit(await start(browser)))
        assert "error=no_administrator_yet" in lost
        assert await there.accounts.first.is_needed()


async def test_only_who_is_invited(opened: Opened, elsewhere: Elsewhere) -> None:
    async with opened("invited") as there:
        browser = there.browser()
        returned = await elsewhere.visit(await start(browser))
        assert await come_back(browser, returned) == "/sign-in?error=not_invited&back=%2Fagents"
        root = await there.signed_in("root", "admin")
        asked = {"email": "ada@example.com", "role": "viewer"}
        made = await root.post(f"{V1}/users/invitations", json=asked)
        assert made.status_code == 201, made.text
        returned = await elsewhere.visit(await start(browser))
        assert await come_back(browser, returned) == "/agents"
        assert (await me(browser))["role"] == "viewer"
        assert (await root.get(f"{V1}/users/invitations")).json()["items"] == []


async def test_an_account_is_linked_by_who_is_signed_in(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    await there.person("ada")
    stranger = there.browser()
    returned = await elsewhere.visit(await start(stranger))
    assert await come_back(stranger, returned) == "/sign-in?error=link_first&back=%2Fagents"
    ada = there.browser()
    await sign_in(ada, "ada")
    url = await start(ada, back="/settings/account", headers=SAME_SITE)
    assert await come_back(ada, await elsewhere.visit(url)) == "/settings/account"
    (identity,) = (await ada.get(f"{V1}/me/identities")).json()["items"]
    assert await come_back(stranger, await elsewhere.visit(await start(stranger))) == "/agents"
    assert (await me(stranger))["email"] == "ada@example.com"
    path = f"{V1}/me/identities/{identity['issuer'].replace('/', '%2F')}/{identity['subject']}"
    assert (await ada.delete(path)).status_code == 204
    assert_error(await ada.delete(path), 404, "not_found")


async def test_another_site_links_nothing_to_its_visitor(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    bob = await there.signed_in("bob")
    for site in (
        {},
        {"sec-fetch-site": "cross-site", "referer": f"{HERE}/"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"referer": "https://evil.example/?http://localhost:8123"},
    ):
        await come_back(bob, await elsewhere.visit(await start(bob, headers=site)))
        mine = await me(bob)
        assert mine["email"] == "ada@example.com"  # signed in as who they are there
    user = await there.database.users.find_by_email("bob@example.com")
    assert user is not None and await there.database.users.identities(user.id) == []


async def test_where_browsers_say_less_the_page_that_asked_is_looked_at(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    bob = await there.signed_in("bob")
    url = await start(bob, headers={"referer": f"{HERE}/settings/account"})
    await come_back(bob, await elsewhere.visit(url))
    assert (await me(bob))["email"] == "bob@example.com"
    assert len((await bob.get(f"{V1}/me/identities")).json()["items"]) == 1


async def test_a_link_begun_by_one_is_not_ended_by_another(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    bob = await there.signed_in("bob")
    returned = await elsewhere.visit(await start(bob, headers=SAME_SITE))
    await there.person("cid")
    await sign_in(bob, "cid")
    assert "error=sign_in_lost" in await come_back(bob, returned)
    for name in ("bob", "cid"):
        user = await there.database.users.find_by_email(f"{name}@example.com")
        assert user is not None and await there.database.users.identities(user.id) == []


async def test_the_only_way_in_is_not_unlinked(there: ProofTown, elsewhere: Elsewhere) -> None:
    browser = there.browser()
    await come_back(browser, await elsewhere.visit(await start(browser)))
    path = f"{V1}/me/identities/{elsewhere.issuer}/ada"
    assert_error(await browser.delete(path), 409, "last_way_in")


async def test_a_second_factor_is_asked_for_here_too(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    browser = there.browser()
    await come_back(browser, await elsewhere.visit(await start(browser)))
    app = (await browser.post(f"{V1}/me/factors/totp", json={})).json()
    period = one_time_codes.period_of(SystemClock.now())
    code = one_time_codes.code_at(base64.b32decode(app["secret"]), period)
    await post(browser, f"{V1}/me/factors/totp/{app['id']}", code=code)
    again = there.browser()
    onward = await come_back(again, await elsewhere.visit(await start(again)))
    parts = urlsplit(onward)
    assert (parts.path, parts.query) == ("/sign-in", "back=%2Fagents")
    second = parse_qs(parts.fragment)
    assert second["kinds"] == ["totp"] and len(second["second"][0]) > 40
    assert COOKIE not in again.cookies


async def test_a_provider_that_is_away(tmp_path: Path) -> None:
    gone = SignInProvider("acme", "oidc", "Acme", "https://id.example", "luban")
    async with proof_town(tmp_path, ProofSettings(providers=[gone]), TableHttp()) as there:
        browser = there.browser()
        assert await start(browser) == "/sign-in?error=issuer_unreachable&back=%2Fagents"
        answer = await browser.get(f"{V1}/auth/providers/nobody/start")
        assert_error(answer, 404, "not_found")


async def test_coming_in_and_being_refused_are_noted(
    there: ProofTown, elsewhere: Elsewhere
) -> None:
    root = await there.signed_in("root", "admin")
    browser = there.browser()
    await come_back(browser, await elsewhere.visit(await start(browser), "refuse"))
    await come_back(browser, await elsewhere.visit(await start(browser)))
    noted = (await root.get(f"{V1}/audit", params={"page_size": 2})).json()["items"]
    ada = (await me(browser))["id"]
    assert [(each["action"], each["user_id"]) for each in noted] == [
        ("session.begin", ada),
        ("session.refuse", ""),
    ]
    assert noted[1]["details"]["error"] == "sign_in_failed"
    assert "code=" not in str(noted) and "state=" not in str(noted)

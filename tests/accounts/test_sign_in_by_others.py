"""The way to a provider and back: tied to one browser, used once, and only to paths of ours."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from luban.model.errors import NotFound
from luban.services.accounts.asking import Asked
from luban.services.accounts.person import Person
from luban.services.accounts.sign_in_by_others import (
    SignInByOthers,
    SignInLost,
    local_path,
    new_browser,
)
from luban.services.accounts.sign_in_settings import SignInProvider
from tests.accounts.people import Town

BACK = "https://luban.example/back"


class Way:
    """Believes whoever comes with the right code, and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.provider = SignInProvider(name, "oidc", name, f"https://{name}.example", "luban")
        self.sent: list[Asked] = []
        self.came: list[Asked] = []

    async def address(self, asked: Asked) -> str:
        self.sent.append(asked)
        return asked.state

    async def person(self, asked: Asked, answer: Mapping[str, str]) -> Person:
        self.came.append(asked)
        return Person(self.provider.issuer, answer["code"])


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def ways() -> tuple[Way, Way]:
    return Way("a"), Way("b")


@pytest.fixture
def others(town: Town, ways: tuple[Way, Way]) -> SignInByOthers:
    return SignInByOthers(ways, town.one_times)


async def test_who_went_comes_back(others: SignInByOthers, ways: tuple[Way, Way]) -> None:
    browser = new_browser()
    state = await others.start("a", BACK, "/agents?x=1", browser)
    found = await others.finish("a", {"state": state, "code": "7"}, browser)
    assert found == (("https://a.example", "7", "", False, "", ""), "/agents?x=1", "")
    assert ways[0].sent == ways[0].came
    assert len({ways[0].sent[0].nonce, ways[0].sent[0].verifier, state}) == 3


async def test_an_answer_is_good_once_in_its_browser_at_its_provider(
    others: SignInByOthers, town: Town, ways: tuple[Way, Way]
) -> None:
    browser = new_browser()
    for provider, state_of, cookie in (
        ("a", "a", new_browser()),
        ("a", "a", ""),
        ("b", "a", browser),
        ("a", "b", browser),
    ):
        state = await others.start(state_of, BACK, "/", browser)
        with pytest.raises(SignInLost):
            await others.finish(provider, {"state": state, "code": "7"}, cookie)
    state = await others.start("a", BACK, "/", browser)
    await others.finish("a", {"state": state, "code": "7"}, browser)
    for wrong in (state, "", "x", "x" * 10_000):
        with pytest.raises(SignInLost):
            await others.finish("a", {"state": wrong, "code": "7"}, browser)
    late = await others.start("a", BACK, "/", browser)
    town.clock.at += 601
    with pytest.raises(SignInLost):
        await others.finish("a", {"state": late, "code": "7"}, browser)
    assert len(ways[0].came) == 1 and not ways[1].came


async def test_two_tabs_of_one_browser(others: SignInByOthers) -> None:
    browser = new_browser()
    states = [await others.start("a", BACK, f"/{tab}", browser) for tab in range(2)]
    for tab, state in reversed(list(enumerate(states))):
        found = await others.finish("a", {"state": state, "code": "7"}, browser)
        assert found.back == f"/{tab}"


async def test_an_account_is_linked_by_who_began_it(others: SignInByOthers) -> None:
    browser = new_browser()
    state = await others.start("a", BACK, "/", browser, "u_ada")
    with pytest.raises(SignInLost):
        await others.finish("a", {"state": state, "code": "7"}, browser, "u_eve")
    state = await others.start("a", BACK, "/", browser, "u_ada")
    found = await others.finish("a", {"state": state, "code": "7"}, browser, "u_ada")
    assert found.user == "u_ada"


async def test_nothing_stored_gives_the_secrets_away(others: SignInByOthers, town: Town) -> None:
    browser = new_browser()
    state = await others.start("a", BACK, "/", browser)
    (stored,) = await town.sessions.offered("away", "a", town.clock.at)
    kept = repr(stored.data)
    assert state not in kept and browser not in kept


async def test_a_provider_that_is_none(others: SignInByOthers) -> None:
    with pytest.raises(NotFound):
        await others.start("c", BACK, "/", new_browser())


@pytest.mark.parametrize(
    ("back", "path"),
    [
        ("/", "/"),
        ("/agents/1?x=2#y", "/agents/1?x=2#y"),
        ("", "/"),
        ("agents", "/"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/\r\nset-cookie: x=y", "/"),
        ("http://[", "/"),
        ("/" + "x" * 600, "/"),
    ],
)
def test_nobody_is_sent_elsewhere(back: str, path: str) -> None:
    assert local_path(back) == path

"""Signing in by GitHub: who it is, with which e-mail, and what is refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from luban.services.accounts.asking import Asked, SignInFailed
from luban.services.accounts.github import GithubSignIn
from luban.services.accounts.sign_in_settings import read_providers
from tests.accounts.doubles import TableHttp

ASKED = Asked("https://luban.example/back", "state", "nonce", "v" * 64)
EMAILS = [
    {"email": "old@example.com", "primary": False, "verified": True},
    {"email": "Ada@Example.com", "primary": True, "verified": True},
]
TOKEN = "https://github.com/login/oauth/access_token"


def github(**changed: Any) -> tuple[GithubSignIn, TableHttp]:
    environment = {
        "LUBAN_SIGN_IN_GITHUB_CLIENT_ID": "id",
        "LUBAN_SIGN_IN_GITHUB_CLIENT_SECRET": "s",
    }
    (provider,) = read_providers(environment)
    answers = {
        TOKEN: {"access_token": "gho_x"},
        "https://api.github.com/user": {"id": 583231, "login": "ada", "name": "Ada L."},
        "https://api.github.com/user/emails": EMAILS,
    }
    http = TableHttp(answers | changed.pop("answers", {}))
    return GithubSignIn(provider, http), http


async def test_where_the_browser_is_sent() -> None:
    parts = urlsplit(await github()[0].address(ASKED))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://github.com/login/oauth/authorize"
    )
    given = parse_qs(parts.query)
    assert given["scope"] == ["read:user user:email"]
    assert given["state"] == ["state"]
    assert given["code_challenge_method"] == ["S256"]


async def test_somebody_comes_back() -> None:
    way, http = github()
    person = await way.person(ASKED, {"code": "c"})
    assert person == ("https://github.com", "583231", "ada@example.com", True, "Ada L.", "")
    (how,) = [how for _, url, how in http.asked if url == TOKEN]
    assert how["form"]["code_verifier"] == "v" * 64
    assert how["form"]["client_secret"] == "s"


@pytest.mark.parametrize(
    "emails",
    [
        [],
        {},
        [{"email": "a@example.com", "primary": True, "verified": False}],
        [{"email": "a@example.com", "primary": False, "verified": True}],
        [{"email": 5, "primary": True, "verified": True}],
        ["a@example.com"],
    ],
)
async def test_only_the_verified_primary_email_counts(emails: Any) -> None:
    way, _ = github(answers={"https://api.github.com/user/emails": emails})
    assert (await way.person(ASKED, {"code": "c"})).email == ""


@pytest.mark.parametrize(
    "answers",
    [
        {TOKEN: {"error": "bad_verification_code"}},
        {TOKEN: (500, {})},
        {TOKEN: (200, b"access_token=x")},
        {"https://api.github.com/user": {"login": "ada"}},
        {"https://api.github.com/user": {"id": True}},
        {"https://api.github.com/user": (401, {"message": "Bad credentials"})},
        {"https://api.github.com/user/emails": (403, {})},
    ],
)
async def test_what_is_refused(answers: dict[str, Any]) -> None:
    way, _ = github(answers=answers)
    with pytest.raises(SignInFailed):
        await way.person(ASKED, {"code": "c"})


async def test_a_refusal_of_the_person() -> None:
    way, http = github()
    with pytest.raises(SignInFailed):
        await way.person(ASKED, {"error": "access_denied"})
    assert http.asked == []

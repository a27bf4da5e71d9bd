"""OpenID Connect against an issuer that lies in every way it can."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from luban.services.accounts.asking import Asked, SignInFailed
from luban.services.accounts.openid import OpenIdSignIn
from luban.services.accounts.remote_document import FLOOR, IssuerUnreachable
from luban.services.accounts.sign_in_settings import SignInProvider
from tests.accounts.doubles import NOW, HandClock, TableHttp
from tests.accounts.signing import b64, ec_key, public, rsa_key, token

ISSUER = "https://id.example"
PROVIDER = SignInProvider("acme", "oidc", "Acme", ISSUER, "luban", "s3cret/+")
ASKED = Asked("https://luban.example/back", "state", "n0nce", "v" * 64)
RSA, EC, OTHER = rsa_key(), ec_key(), rsa_key()


class Issuer:
    """Answers as it should, but for what a test changes."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/me",
            "jwks_uri": f"{ISSUER}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        }
        self.keys: list[Any] = [public(RSA, "r1"), public(EC, "e1")]
        self.claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": "luban",
            "sub": "42",
            "nonce": "n0nce",
            "iat": NOW,
            "exp": NOW + 300,
            "email": "Ada@Example.com",
            "email_verified": True,
            "name": "Ada",
        }
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "r1"}
        self.key: Any = RSA
        self.me: Any = {"sub": "42", "email": "ada@me.example", "email_verified": True}
        self.clock = HandClock()
        self.http = TableHttp(
            {
                f"{ISSUER}/.well-known/openid-configuration": lambda _: self.metadata,
                f"{ISSUER}/keys": lambda _: {"keys": self.keys},
                f"{ISSUER}/token": lambda _: self.tokens(),
                f"{ISSUER}/me": lambda _: self.me,
            }
        )
        self.way = OpenIdSignIn(PROVIDER, self.http, self.clock)

    def tokens(self) -> Any:
        claims = {name: value for name, value in self.claims.items() if value is not ...}
        return {"access_token": "at", "id_token": token(self.header, claims, self.key)}

    async def sign_in(self, **answer: str) -> Any:
        return await self.way.person(ASKED, {"code": "c0de"} | answer)

    def asked(self, path: str) -> list[dict[str, Any]]:
        return [how for _, url, how in self.http.asked if url == ISSUER + path]


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_where_the_browser_is_sent(issuer: Issuer) -> None:
    parts = urlsplit(await issuer.way.address(ASKED))
    given = parse_qs(parts.query)
    challenge = hashlib.sha256(ASKED.verifier.encode()).digest()
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize"
    assert given == {
        "client_id": ["luban"],
        "response_type": ["code"],
        "scope": ["openid email profile"],
        "redirect_uri": ["https://luban.example/back"],
        "state": ["state"],
        "nonce": ["n0nce"],
        "code_challenge": [base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()],
        "code_challenge_method": ["S256"],
    }


async def test_somebody_comes_back(issuer: Issuer) -> None:
    person = await issuer.sign_in()
    assert person == (ISSUER, "42", "ada@example.com", True, "Ada", "")
    (how,) = issuer.asked("/token")
    assert how["form"] == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "redirect_uri": "https://luban.example/back",
        "code_verifier": "v" * 64,
    }
    pair = base64.b64decode(how["headers"]["authorization"].removeprefix("Basic ")).decode()
    assert pair == "luban:s3cret%2F%2B"
    assert how["follow_redirects"] is False
    assert issuer.asked("/me") == []


async def test_the_email_may_be_told_apart(issuer: Issuer) -> None:
    issuer.claims |= {"email": ..., "email_verified": ...}
    person = await issuer.sign_in()
    assert (person.email, person.verified) == ("ada@me.example", True)
    issuer.me = {"sub": "43", "email": "eve@me.example", "email_verified": True}
    with pytest.raises(SignInFailed):
        await issuer.sign_in()


@pytest.mark.parametrize("verified", [False, None, "false", 1, "yes", {}])
async def test_an_email_is_verified_only_when_that_is_said(issuer: Issuer, verified: Any) -> None:
    issuer.claims["email_verified"] = verified
    assert not (await issuer.sign_in()).verified


async def test_a_secret_is_sent_as_the_issuer_takes_it(issuer: Issuer) -> None:
    issuer.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    await issuer.sign_in()
    (how,) = issuer.asked("/token")
    assert how["form"]["client_secret"] == "s3cret/+"
    assert "authorization" not in how["headers"]


LIES: dict[str, dict[str, Any]] = {
    "nonce of another": {"claims": {"nonce": "other"}},
    "no nonce": {"claims": {"nonce": ...}},
    "nonce as list": {"claims": {"nonce": ["n0nce"]}},
    "issuer": {"claims": {"iss": "https://evil.example"}},
    "issuer with a slash": {"claims": {"iss": ISSUER + "/"}},
    "audience": {"claims": {"aud": "other"}},
    "audience among others, no party": {"claims": {"aud": ["luban", "other"]}},
    "audience among others, other party": {"claims": {"aud": ["luban", "x"], "azp": "x"}},
    "party": {"claims": {"azp": "other"}},
    "expired": {"claims": {"exp": NOW - 61}},
    "of the future": {"claims": {"iat": NOW + 600}},
    "access token": {"claims": {"at_hash": "AAAA"}},
    "access token, whole hash": {
        "claims": {"at_hash": b64(hashlib.sha256(b"at").digest())},
    },
    "nobody": {"claims": {"sub": ""}},
    "subject as number": {"claims": {"sub": 42}},
    "none": {"header": {"alg": "none"}, "key": None},
    "HS256 by the client's secret": {"header": {"alg": "HS256"}, "key": "s3cret/+"},
    "other key": {"key": OTHER},
    "key in the header": {"header": {"alg": "RS256", "jwk": public(OTHER, None)}, "key": OTHER},
    "unknown key": {"header": {"alg": "RS256", "kid": "r7"}},
    "algorithm nobody agreed on": {"header": {"alg": "PS256", "kid": "r1"}},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_in_the_token_is_noticed(issuer: Issuer, lie: str) -> None:
    changed = LIES[lie]
    issuer.claims |= changed.get("claims", {})
    issuer.header = changed.get("header", issuer.header)
    issuer.key = changed.get("key", issuer.key)
    with pytest.raises(SignInFailed):
        await issuer.sign_in()


async def test_the_right_access_token_and_party_pass(issuer: Issuer) -> None:
    half = b64(hashlib.sha256(b"at").digest()[:16])
    issuer.claims |= {"at_hash": half, "aud": ["luban", "other"], "azp": "luban"}
    await issuer.sign_in()
    issuer.header, issuer.key = {"alg": "ES256", "kid": "e1"}, EC
    await issuer.sign_in()


async def test_without_a_list_of_algorithms_there_is_one(issuer: Issuer) -> None:
    del issuer.metadata["id_token_signing_alg_values_supported"]
    await issuer.sign_in()
    issuer.header, issuer.key = {"alg": "ES256", "kid": "e1"}, EC
    with pytest.raises(SignInFailed):
        await issuer.sign_in()


async def test_rotated_keys_are_fetched(issuer: Issuer) -> None:
    await issuer.sign_in()
    issuer.keys = [public(OTHER, "r2")]
    issuer.header, issuer.key = {"alg": "RS256", "kid": "r2"}, OTHER
    issuer.clock.at += FLOOR
    await issuer.sign_in()


async def test_an_answer_of_another_issuer_is_refused_before_its_code_is_shown(
    issuer: Issuer,
) -> None:
    """The mix-up: one issuer sends the browser to another, to be given the other's code."""
    with pytest.raises(SignInFailed):
        await issuer.sign_in(iss="https://honest.example")
    careful = Issuer()
    careful.metadata["authorization_response_iss_parameter_supported"] = True
    with pytest.raises(SignInFailed):
        await careful.sign_in()
    assert issuer.asked("/token") == careful.asked("/token") == []
    await issuer.sign_in(iss=ISSUER)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "access_denied"},
        {"error": "server_error<script>", "error_description": "<b>"},
        {"code": ""},
        {"code": "x" * 5000},
    ],
)
async def test_a_refusal_is_told_without_its_own_words(
    issuer: Issuer, answer: dict[str, str]
) -> None:
    with pytest.raises(SignInFailed) as error:
        await issuer.sign_in(**answer)
    assert "<" not in str(error.value)
    assert issuer.asked("/token") == []


@pytest.mark.parametrize(
    "answer",
    [(400, {"error": "invalid_grant"}), (200, {}), (200, b"<html>"), (302, {}), (200, [1])],
)
async def test_an_exchange_that_fails(issuer: Issuer, answer: Any) -> None:
    issuer.http.table[f"{ISSUER}/token"] = answer
    with pytest.raises(SignInFailed):
        await issuer.sign_in()


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://other.example"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "http://id.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://["},
        {"authorization_endpoint": "https://x:99999/"},
    ],
)
async def test_metadata_that_cannot_be_believed(issuer: Issuer, changed: dict[str, Any]) -> None:
    issuer.metadata |= changed
    with pytest.raises(SignInFailed):
        await issuer.way.address(ASKED)


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
async def test_secrets_go_over_https_only(issuer: Issuer, name: str) -> None:
    issuer.metadata[name] = "http://id.example/x"
    with pytest.raises(SignInFailed):
        await issuer.sign_in()


async def test_an_issuer_that_is_away(issuer: Issuer) -> None:
    issuer.http.table.clear()
    with pytest.raises(IssuerUnreachable):
        await issuer.way.address(ASKED)

"""Tokens of Supabase and the like: those that are right, and every attack on them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from luban.model.errors import InvalidValue
from luban.services.accounts.key_sets import FRESH
from luban.services.accounts.outside_tokens import OutsideTokens, TokenSettings
from luban.services.accounts.remote_document import FLOOR, KEPT, IssuerUnreachable
from luban.services.accounts.signed_tokens import LONGEST, TokenRefused
from tests.accounts.doubles import NOW, HandClock, TableHttp
from tests.accounts.signing import b64, ec_key, public, rsa_key, token

SECRET = "a-secret-that-only-two-houses-know-of"
BASE = "https://abc.supabase.co"
KEYS = f"{BASE}/auth/v1/.well-known/jwks.json"
ISSUER = f"{BASE}/auth/v1"
RSA, EC, OTHER = rsa_key(), ec_key(), rsa_key()
BOTH = {"SUPABASE_URL": BASE, "SUPABASE_JWT_SECRET": SECRET}


def claims(**changed: Any) -> dict[str, Any]:
    base = {
        "iss": ISSUER,
        "aud": "authenticated",
        "sub": "8a1b",
        "email": "Ada@Example.com",
        "role": "authenticated",
        "iat": NOW - 10,
        "exp": NOW + 3600,
        "user_metadata": {"full_name": "Ada L."},
    }
    return {name: value for name, value in (base | changed).items() if value is not ...}


class Scene:
    def __init__(self, environment: dict[str, str]) -> None:
        self.clock = HandClock()
        self.keys: list[dict[str, Any]] = [public(RSA, "r1", alg="RS256"), public(EC, "e1")]
        self.http = TableHttp({KEYS: lambda _: {"keys": self.keys}})
        self.tokens = OutsideTokens(TokenSettings.read(environment), self.http, self.clock)

    async def refused(self, text: str) -> str:
        with pytest.raises(TokenRefused) as error:
            await self.tokens.person_of(text)
        return str(error.value)


@pytest.fixture
def scene() -> Scene:
    return Scene(BOTH)


async def test_secret_and_keys_count_at_once(scene: Scene) -> None:
    for header, key in (
        ({"alg": "HS256"}, SECRET),
        ({"alg": "HS256", "kid": "old"}, SECRET),
        ({"alg": "RS256", "kid": "r1"}, RSA),
        ({"alg": "ES256", "kid": "e1"}, EC),
        ({"alg": "ES256"}, EC),
    ):
        person = await scene.tokens.person_of(token(header, claims(), key))
        assert person == (ISSUER, "8a1b", "ada@example.com", False, "Ada L.", "")


async def test_either_alone() -> None:
    alone = Scene({"SUPABASE_JWT_SECRET": SECRET})
    person = await alone.tokens.person_of(token({"alg": "HS256"}, claims(iss=...), SECRET))
    assert person.issuer == "token"
    await alone.refused(token({"alg": "RS256", "kid": "r1"}, claims(), RSA))
    assert alone.http.asked == []
    keys = Scene({"SUPABASE_URL": BASE})
    await keys.tokens.person_of(token({"alg": "RS256", "kid": "r1"}, claims(), RSA))
    await keys.refused(token({"alg": "HS256"}, claims(), SECRET))
    assert not Scene({}).tokens.wanted


def pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


ATTACKS: dict[str, str] = {
    "public key as secret": token({"alg": "HS256", "kid": "r1"}, claims(), pem(RSA)),
    "public key as secret, DER": token(
        {"alg": "HS256", "kid": "r1"},
        claims(),
        RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ),
    "public row as secret": token({"alg": "HS256"}, claims(), json.dumps(public(RSA, "r1"))),
    "empty secret": token({"alg": "HS256"}, claims(), b""),
    "none": token({"alg": "none"}, claims()),
    "None": token({"alg": "None"}, claims()),
    "no algorithm": token({}, claims()),
    "a list of algorithms": token({"alg": ["HS256"]}, claims(), SECRET),
    "HS512 by HS256's secret": token({"alg": "HS512"}, claims(), SECRET),
    "RS256 said, secret used": token({"alg": "RS256", "kid": "r1"}, claims(), SECRET),
    "ES256 by the RSA key": token({"alg": "ES256", "kid": "r1"}, claims(), EC),
    "PS256 by a key for RS256": token({"alg": "PS256", "kid": "r1"}, claims(), RSA),
    "key in the header": token({"alg": "RS256", "jwk": public(OTHER, "x")}, claims(), OTHER),
    "key in the header, known name": token(
        {"alg": "RS256", "kid": "r1", "jwk": public(OTHER, "r1")}, claims(), OTHER
    ),
    "address of keys": token(
        {"alg": "RS256", "kid": "z", "jku": "https://evil.example/k"}, claims(), OTHER
    ),
    "address of a certificate": token(
        {"alg": "RS256", "kid": "r1", "x5u": "https://evil.example/c"}, claims(), OTHER
    ),
    "certificate": token({"alg": "RS256", "kid": "r1", "x5c": ["AAAA"]}, claims(), OTHER),
    "known name, other key": token({"alg": "RS256", "kid": "r1"}, claims(), OTHER),
    "unknown name": token({"alg": "RS256", "kid": "r9"}, claims(), RSA),
    "name of another kind": token({"alg": "RS256", "kid": "e1"}, claims(), RSA),
    "a path as name": token({"alg": "HS256", "kid": "../../dev/null"}, claims(), b""),
    "a number as name": token({"alg": "RS256", "kid": 5}, claims(), RSA),
    "extension": token({"alg": "HS256", "crit": ["b64"], "b64": False}, claims(), SECRET),
    "expired": token({"alg": "HS256"}, claims(exp=NOW - 61), SECRET),
    "never expires": token({"alg": "HS256"}, claims(exp=...), SECRET),
    "expires as text": token({"alg": "HS256"}, claims(exp="4000000000"), SECRET),
    "expires as not a number": token({"alg": "HS256"}, claims(exp=float("nan")), SECRET),
    "expires in infinity": token({"alg": "HS256"}, claims(exp=float("inf")), SECRET),
    "expires as yes": token({"alg": "HS256"}, claims(exp=True), SECRET),
    "not yet": token({"alg": "HS256"}, claims(nbf=NOW + 120), SECRET),
    "of tomorrow": token({"alg": "HS256"}, claims(iat=NOW + 86_400), SECRET),
    "other audience": token({"alg": "HS256"}, claims(aud="anon"), SECRET),
    "no audience": token({"alg": "HS256"}, claims(aud=...), SECRET),
    "audience as object": token({"alg": "HS256"}, claims(aud={"authenticated": 1}), SECRET),
    "other issuer": token({"alg": "HS256"}, claims(iss="https://evil.example"), SECRET),
    "no issuer": token({"alg": "HS256"}, claims(iss=...), SECRET),
    "issuer with a slash more": token({"alg": "HS256"}, claims(iss=ISSUER + "/"), SECRET),
    "no subject": token({"alg": "HS256"}, claims(sub=...), SECRET),
    "subject as list": token({"alg": "HS256"}, claims(sub=["8a1b"]), SECRET),
    "service key": token({"alg": "HS256"}, claims(role="service_role"), SECRET),
    "anonymous key": token({"alg": "HS256"}, claims(role="anon"), SECRET),
    "anonymous user": token({"alg": "HS256"}, claims(is_anonymous=True), SECRET),
    "claims as list": token({"alg": "HS256"}, [claims()], SECRET),
    "huge": token({"alg": "HS256"}, claims(more="x" * LONGEST), SECRET),
    "huge header": token({"alg": "HS256", "x": "x" * LONGEST}, claims(), SECRET),
    "deep": b64(b"[" * 9000) + ".e30.AA",
    "nested deep": b64(b"{" + b'"a":{' * 1500) + ".e30.AA",
    "no signature": token({"alg": "HS256"}, claims(), SECRET).rpartition(".")[0] + ".",
    "two parts": "a.b",
    "five parts": "a.b.c.d.e",
    "letters that are none": "ä.b.c",
    "empty": "",
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_is_refused(scene: Scene, attack: str) -> None:
    said = await scene.refused(ATTACKS[attack])
    assert SECRET not in said
    assert [url for _, url, _ in scene.http.asked if url != KEYS] == []


async def test_what_was_changed_is_refused(scene: Scene) -> None:
    good = token({"alg": "RS256", "kid": "r1"}, claims(), RSA)
    head, body, signature = good.split(".")
    changed = b64(json.dumps(claims(sub="root")).encode())
    for bent in (f"{head}.{changed}.{signature}", f"{head}.{body}.{signature[:-6]}AAAAAA"):
        await scene.refused(bent)


async def test_a_published_secret_counts_as_no_key(scene: Scene) -> None:
    """A key set that holds a symmetric key, by mistake or malice, gives it no meaning."""
    scene.keys = [{"kty": "oct", "kid": "o1", "k": b64(SECRET.encode()), "alg": "HS256"}]
    other = Scene({"SUPABASE_URL": BASE})
    other.keys = scene.keys
    await other.refused(token({"alg": "HS256", "kid": "o1"}, claims(), SECRET))


async def test_keys_that_are_no_good_are_left_out(scene: Scene) -> None:
    weak = rsa_key(1024)
    scene.keys = [
        public(weak, "weak"),
        public(RSA, "secret", use="enc"),
        public(RSA, "wrap", key_ops=["encrypt"]),
        {"kty": "RSA", "kid": "broken", "n": "!!", "e": "AQAB"},
        {"kty": "EC", "kid": "point", "crv": "P-256", "x": b64(b"\1" * 32), "y": b64(b"\1" * 32)},
        "nothing",  # type: ignore[list-item]
        public(RSA, "good"),
    ]
    for name, key in (("weak", weak), ("secret", RSA), ("wrap", RSA), ("broken", RSA)):
        await scene.refused(token({"alg": "RS256", "kid": name}, claims(), key))
    await scene.refused(token({"alg": "ES256", "kid": "point"}, claims(), EC))
    await scene.tokens.person_of(token({"alg": "RS256", "kid": "good"}, claims(), RSA))


async def test_clocks_may_differ_by_a_minute(scene: Scene) -> None:
    for changed in ({"exp": NOW - 59}, {"nbf": NOW + 59}, {"iat": NOW + 59}):
        await scene.tokens.person_of(token({"alg": "HS256"}, claims(**changed), SECRET))


async def test_a_new_key_is_fetched_but_seldom(scene: Scene) -> None:
    await scene.tokens.person_of(token({"alg": "RS256", "kid": "r1"}, claims(), RSA))
    assert len(scene.http.asked) == 1
    scene.keys = [public(OTHER, "r2"), *scene.keys]
    new = token({"alg": "RS256", "kid": "r2"}, claims(), OTHER)
    await scene.refused(new)
    assert len(scene.http.asked) == 1
    scene.clock.at += FLOOR
    await scene.tokens.person_of(new)
    assert len(scene.http.asked) == 2
    for unknown in range(50):
        await scene.refused(token({"alg": "RS256", "kid": f"u{unknown}"}, claims(), RSA))
    assert len(scene.http.asked) == 2


async def test_a_withdrawn_key_stops_to_count_also_for_remembered_tokens(scene: Scene) -> None:
    text = token({"alg": "RS256", "kid": "r1"}, claims(), RSA)
    await scene.tokens.person_of(text)
    scene.keys = [public(EC, "e1")]
    await scene.tokens.person_of(text)
    scene.clock.at += FRESH + 1
    await scene.refused(text)


async def test_a_remembered_token_expires(scene: Scene) -> None:
    text = token({"alg": "HS256"}, claims(exp=NOW + 30), SECRET)
    await scene.tokens.person_of(text)
    scene.clock.at += 91
    await scene.refused(text)


async def test_an_issuer_that_is_away(scene: Scene) -> None:
    text = token({"alg": "RS256", "kid": "r1"}, claims(exp=NOW + 10 * KEPT), RSA)
    del scene.http.table[KEYS]
    with pytest.raises(IssuerUnreachable):
        await scene.tokens.person_of(text)
    with pytest.raises(IssuerUnreachable):  # and it is not asked again at once
        await scene.tokens.person_of(text)
    assert len(scene.http.asked) == 1
    await scene.tokens.person_of(token({"alg": "HS256"}, claims(), SECRET))
    scene.http.table[KEYS] = {"keys": scene.keys}
    scene.clock.at += FLOOR
    await scene.tokens.person_of(text)
    for status in ((500, {}), (302, {}), (200, b"<html>"), (200, [])):
        scene.http.table[KEYS] = status
        scene.clock.at += FRESH + 1
        await scene.tokens.person_of(text)
    scene.clock.at += KEPT
    with pytest.raises(IssuerUnreachable):
        await scene.tokens.person_of(text)


async def test_roles_are_taken_only_from_where_it_was_said() -> None:
    told = claims(role="admin", app_metadata={"luban": {"role": "viewer"}}, is_admin=True)
    text = token({"alg": "HS256"}, told, SECRET)
    assert (await Scene(BOTH).tokens.person_of(text)).role == ""
    chosen = Scene(BOTH | {"LUBAN_JWT_ROLE_CLAIM": "app_metadata.luban.role"})
    assert (await chosen.tokens.person_of(text)).role == "viewer"
    nowhere = Scene(BOTH | {"LUBAN_JWT_ROLE_CLAIM": "app_metadata.luban.role.more"})
    assert (await nowhere.tokens.person_of(text)).role == ""


async def test_an_address_is_verified_when_the_issuer_or_the_settings_say_so() -> None:
    own = claims(user_metadata={"email_verified": True})  # users write this themselves
    text = token({"alg": "HS256"}, own, SECRET)
    assert not (await Scene(BOTH).tokens.person_of(text)).verified
    assert (await Scene(BOTH | {"LUBAN_JWT_TRUST_EMAIL": "1"}).tokens.person_of(text)).verified
    said = token({"alg": "HS256"}, claims(email_verified=True), SECRET)
    assert (await Scene(BOTH).tokens.person_of(said)).verified


@pytest.mark.parametrize(
    "environment",
    [
        {"SUPABASE_JWT_SECRET": "short"},
        {"LUBAN_JWT_JWKS_URL": "https://keys.example/jwks"},
        {"SUPABASE_URL": "ftp://abc"},
        {"SUPABASE_URL": "abc.supabase.co"},
    ],
)
def test_settings_that_are_no_good(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidValue) as error:
        TokenSettings.read(environment)
    assert "short" not in str(error.value)


def test_a_secret_that_everybody_knows_is_for_oneself_only() -> None:
    known = {"SUPABASE_JWT_SECRET": "super-secret-jwt-token-with-at-least-32-characters-long"}
    assert TokenSettings.read(known)
    with pytest.raises(InvalidValue):
        TokenSettings.read(known, exposed=True)

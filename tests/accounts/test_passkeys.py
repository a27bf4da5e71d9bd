"""Passkeys against an authenticator in software, honest and not."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from luban.services.accounts import passkeys
from luban.services.accounts.passkeys import Passkey, PasskeyRefused, PasskeysNeedName, Site
from tests.accounts.authenticator import PRESENT, Authenticator

HERE = Site("localhost:8123")
USER = ("u_1", "ada@example.com", "Ada")


def enrol(device: Authenticator, site: Site = HERE) -> tuple[Passkey, int]:
    challenge = secrets.token_bytes(32)
    options = passkeys.registration_options(site, challenge, USER, [])
    return passkeys.register(site, challenge, device.create(options))


def show(device: Authenticator, key: Passkey, **how: Any) -> passkeys.Shown:
    challenge = secrets.token_bytes(32)
    options = passkeys.assertion_options(HERE, challenge, [key], verified=True)
    challenge = how.pop("challenge", challenge)
    return passkeys.check(HERE, challenge, [key], device.get(options), verified=True)


def test_the_options_are_what_browsers_read() -> None:
    device = Authenticator()
    key, _ = enrol(device)
    made = passkeys.registration_options(HERE, b"c" * 32, USER, [key])
    assert made["rp"] == {"id": "localhost", "name": "Luban"}
    assert made["user"] == {"id": "dV8x", "name": "ada@example.com", "displayName": "Ada"}
    assert {"type": "public-key", "alg": -7} in made["pubKeyCredParams"]
    assert [each["id"] for each in made["excludeCredentials"]]
    assert made["attestation"] == "none"
    assert made["authenticatorSelection"]["residentKey"] == "preferred"
    asked = passkeys.assertion_options(HERE, b"c" * 32, None, verified=True)
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_a_passkey_is_made_and_shown() -> None:
    device = Authenticator()
    key, counter = enrol(device)
    assert counter == 1
    assert Passkey.read(key.stored()) == key
    shown = show(device, key)
    assert shown == (device.credential_id, 2, True)
    assert key.transports == ("internal",)


def test_a_passkey_that_never_counts() -> None:
    device = Authenticator(counts=False)
    key, counter = enrol(device)
    assert (counter, show(device, key).counter) == (0, 0)


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9999"},
        {"origin": "http://evil.localhost:8123"},
        {"site": "evil.example"},
        {"flags": 0},
        {"cross_origin": True},
    ],
)
def test_a_lie_at_enrolment_is_refused(lie: dict[str, Any]) -> None:
    with pytest.raises(PasskeyRefused):
        enrol(Authenticator(**lie))


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"},
        {"site": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"cross_origin": True},
        {"credential_id": b"other" * 4},
        {"key": Authenticator().key},
    ],
)
def test_a_lie_at_sign_in_is_refused(lie: dict[str, Any]) -> None:
    device = Authenticator()
    key, _ = enrol(device)
    for name, value in lie.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        show(device, key)


def test_an_answer_to_another_challenge_is_refused() -> None:
    device = Authenticator()
    key, _ = enrol(device)
    with pytest.raises(PasskeyRefused):
        show(device, key, challenge=b"x" * 32)


def test_a_passkey_of_another_site_is_not_known_here() -> None:
    device = Authenticator(origin="https://luban.example")
    key, _ = enrol(device, Site("luban.example"))
    device.origin = "http://localhost:8123"
    with pytest.raises(PasskeyRefused):
        show(device, key)
    assert not passkeys.assertion_options(HERE, b"c" * 32, [key], verified=False).get(
        "allowCredentials"
    )


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "[::1]:8123", "10.1.2.3"])
def test_numbers_are_no_name(host: str) -> None:
    with pytest.raises(PasskeysNeedName):
        passkeys.assertion_options(Site(host), b"c" * 32, None, verified=True)


def test_plain_http_is_for_localhost_only() -> None:
    assert Site("luban.example").is_origin("https://luban.example")
    assert not Site("luban.example").is_origin("http://luban.example")
    assert Site("a.localhost:1").is_origin("http://a.localhost:1")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": "e30"}},
        {"response": {"clientDataJSON": 5}},
        {"id": "x", "rawId": "y", "response": {"clientDataJSON": "bnVsbA"}},
        {"response": {"clientDataJSON": "A" * 100_000}},
    ],
)
def test_nonsense_is_refused(answer: dict[str, Any]) -> None:
    device = Authenticator()
    key, _ = enrol(device)
    with pytest.raises(PasskeyRefused):
        passkeys.challenge_in(answer)
    with pytest.raises(PasskeyRefused):
        passkeys.register(HERE, b"c" * 32, answer)
    with pytest.raises(PasskeyRefused):
        passkeys.check(HERE, b"c" * 32, [key], answer, verified=False)
    assert passkeys.user_in(answer) == ""


def test_bent_attestation_objects_are_refused() -> None:
    challenge = b"c" * 32
    options = passkeys.registration_options(HERE, challenge, USER, [])
    good = Authenticator().create(options)
    whole = good["response"]["attestationObject"]
    for bent in ("", "AAAA", whole[:40], whole[:-8], whole + "AAAA", "_" * 40):
        answer = good | {"response": good["response"] | {"attestationObject": bent}}
        with pytest.raises(PasskeyRefused):
            passkeys.register(HERE, challenge, answer)


def test_a_key_nobody_can_check_is_refused() -> None:
    class Odd(Authenticator):
        def _public_key(self) -> dict[int, Any]:
            return super()._public_key() | {3: -65_000}

    with pytest.raises(PasskeyRefused):
        enrol(Odd())

"""One-time codes against the vectors of RFC 6238 and RFC 4226, and codes on paper."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from luban.services.accounts import one_time_codes, recovery_codes

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_vectors_of_rfc_6238(now: int, code: str) -> None:
    assert one_time_codes.code_at(SECRET, one_time_codes.period_of(now), digits=8) == code


def test_vectors_of_rfc_4226() -> None:
    codes = ["755224", "287082", "359152", "969429", "338314", "254676", "287922"]
    assert [one_time_codes.code_at(SECRET, counter) for counter in range(7)] == codes


def test_a_phone_may_be_one_period_off_and_no_more() -> None:
    now = 1_800_000_000.0
    period = one_time_codes.period_of(now)
    for drift, expected in ((-2, None), (-1, -1), (0, 0), (1, 1), (2, None)):
        code = one_time_codes.code_at(SECRET, period + drift)
        found = one_time_codes.matching_period(SECRET, code, now)
        assert found == (None if expected is None else period + expected)


def test_a_code_of_a_used_period_is_none() -> None:
    now = 1_800_000_000.0
    period = one_time_codes.period_of(now)
    code = one_time_codes.code_at(SECRET, period)
    assert one_time_codes.matching_period(SECRET, code, now, beyond=period) is None
    assert one_time_codes.matching_period(SECRET, code, now, beyond=period - 1) == period


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\0" * 6])
def test_what_is_no_code(code: str) -> None:
    assert one_time_codes.matching_period(SECRET, code, 59.0) is None


def test_spaces_in_a_code_do_no_harm() -> None:
    assert one_time_codes.matching_period(SECRET, " 287 082 ", 59.0) == 1


def test_the_address_for_the_app() -> None:
    parts = urlsplit(one_time_codes.address(SECRET, "ada+x@example.com", "Lu ban"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Lu%20ban:ada%2Bx@example.com"
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert base64.b32decode(given.pop("secret")) == SECRET
    assert given == {"issuer": "Lu ban", "algorithm": "SHA1", "digits": "6", "period": "30"}


def test_new_secrets_differ() -> None:
    assert len({one_time_codes.new_secret() for _ in range(100)}) == 100
    assert len(one_time_codes.new_secret()) == 20


def test_codes_on_paper() -> None:
    codes = recovery_codes.new_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert recovery_codes.looks_like_one(code)
        assert recovery_codes.digest(code) == recovery_codes.digest(f" {code.upper()} ")
        assert recovery_codes.digest(code) == recovery_codes.digest(code.replace("-", ""))
    assert not recovery_codes.looks_like_one("123456")

"""A service account's own proof: a short JWT signed with its key, as Google wants it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from luban.model.errors import InvalidValue

if TYPE_CHECKING:
    from joserfc.jwk import RSAKey

LASTS = 3600
_SMALLEST = 2048


def assertion(key_file: str, audience: str, scopes: tuple[str, ...], subject: str, now: int) -> str:
    """RS256 over issuer, audience, scopes and an hour (RFC 7523 §3).

    The audience is the token address of the provider's row: one that stands in the key file could
    lead anywhere. Raises `InvalidValue`.
    """
    from joserfc import jwt  # only here: few installations ever need it

    key = _read(key_file)
    claims = {
        "iss": key["client_email"],
        "aud": audience,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + LASTS,
    }
    if subject:
        claims["sub"] = subject
    header = {"alg": "RS256"}
    if isinstance(key.get("private_key_id"), str):
        header["kid"] = key["private_key_id"]
    return jwt.encode(header, claims, _private_key(key), algorithms=["RS256"])


def account(key_file: str) -> str:
    """Whose key it is. Raises `InvalidValue`."""
    return _read(key_file)["client_email"]


def _read(key_file: str) -> dict[str, Any]:
    try:
        key = json.loads(key_file)
    except ValueError:
        raise _unusable() from None  # the cause would show the key
    if (
        not isinstance(key, dict)
        or not isinstance(key.get("client_email"), str)
        or not isinstance(key.get("private_key"), str)
    ):
        raise _unusable()
    return key


def _private_key(key: Mapping[str, Any]) -> RSAKey:
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    try:
        loaded = RSAKey.import_key(key["private_key"])
    except (ValueError, TypeError, JoseError):
        raise _unusable() from None
    if not loaded.is_private or loaded.raw_value.key_size < _SMALLEST:
        raise _unusable()
    return loaded


def _unusable() -> InvalidValue:
    return InvalidValue(
        name="key",
        value="•••",
        expected="it must be the whole JSON file of a service account, with an RSA key",
        expected_zh="必须是服务账号的完整 JSON 文件，并包含 RSA 密钥",
    )

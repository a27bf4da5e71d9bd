"""Tokens that others signed (JWT): read only with a key and an algorithm chosen by us.

What a token says of its key is a name to look up among keys we have, never the key itself.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from luban.model.errors import LubanError

if TYPE_CHECKING:
    from joserfc.jwk import Key
    from joserfc.jws import JWSRegistry

LONGEST = 16_384
"""Characters; tokens with many claims have a few thousand."""
SKEW = 60
"""Seconds that clocks may differ."""

SHARED = "HS256"
KEY_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "Ed25519": "OKP",
}
"""Algorithms with a public key, and the type of key that each is for; there are no others."""

Claims = dict[str, Any]


class TokenRefused(LubanError):
    """A signed token is not what it would have to be."""

    code = "token_refused"
    status = 401
    en = "The token was not accepted: {cause}. Get a new one where you signed in."
    zh = "令牌未被接受：{cause_zh}。请在登录处重新获取。"

    def __init__(self, cause: str, cause_zh: str) -> None:
        super().__init__(cause=cause, cause_zh=cause_zh)


class Header(NamedTuple):
    """What a token says of its signature."""

    algorithm: str
    key: str | None


class Expected(NamedTuple):
    """What must stand in a token; an empty `issuer` is not looked at."""

    issuer: str
    audience: str
    skew: float = SKEW


def header_of(token: str) -> Header:
    """Raises `TokenRefused` for what is no token, and for what asks to be understood further."""
    if len(token) > LONGEST:
        raise TokenRefused(f"it is longer than {LONGEST} characters", f"长度超过 {LONGEST} 个字符")
    parts = token.split(".")
    if len(parts) != 3:
        raise TokenRefused("it does not have three parts", "不是三段格式")
    told = _read(parts[0])
    algorithm, key = told.get("alg"), told.get("kid")
    if "crit" in told:
        raise TokenRefused("it demands an extension (`crit`)", "它要求支持扩展（crit）")
    if not isinstance(algorithm, str) or not isinstance(key, str | None):
        raise TokenRefused("its header is malformed", "令牌头格式有误")
    return Header(algorithm, key)


def claims_of(token: str, key: Key, algorithm: str) -> Claims:
    """The claims, when this key signed them by this algorithm. Raises `TokenRefused`."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    rules = _rules(algorithm)
    try:
        return dict(jwt.decode(token, key, algorithms=[algorithm], registry=rules).claims)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefused("its signature does not match", "签名不匹配") from error


@cache
def _rules(algorithm: str) -> JWSRegistry:
    """One algorithm, and our own bounds; header fields that we do not know mean nothing here."""
    from joserfc.jws import JWSRegistry

    rules = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    rules.max_header_length = rules.max_payload_length = LONGEST
    return rules


def check(claims: Claims, expected: Expected, now: float) -> None:
    """Who made it, for whom and when. Raises `TokenRefused`."""
    if expected.issuer and claims.get("iss") != expected.issuer:
        raise TokenRefused("it is of another issuer", "签发者不符")
    if expected.audience not in audiences(claims):
        raise TokenRefused("it is meant for another audience", "受众不符")
    _check_times(claims, now, expected.skew)


def audiences(claims: Claims) -> list[str]:
    given = claims.get("aud")
    many = given if isinstance(given, list) else [given]
    return [each for each in many if isinstance(each, str)]


def text_in(claims: Claims, name: str, longest: int = 1000) -> str:
    """A claim that is text; empty when it is not, or not there."""
    value = claims.get(name)
    return value if isinstance(value, str) and len(value) <= longest else ""


def same(one: str, other: str) -> bool:
    """Compares in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def _check_times(claims: Claims, now: float, skew: float) -> None:
    expires, begins, issued = (_time(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is None:
        raise TokenRefused("it does not say when it expires", "没有过期时间")
    if now >= expires + skew:
        raise TokenRefused("it has expired", "已过期")
    if (begins is not None and now < begins - skew) or (issued is not None and now < issued - skew):
        raise TokenRefused("it is of the future", "尚未生效")


def _time(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TokenRefused(f"its `{name}` is no time", f"“{name}”不是时间")
    return value


def _read(part: str) -> dict[str, Any]:
    try:
        content = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        told = json.loads(content)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise TokenRefused("its header cannot be read", "无法读取令牌头") from error
    if not isinstance(told, dict):
        raise TokenRefused("its header cannot be read", "无法读取令牌头")
    return told

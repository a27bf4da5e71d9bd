"""Bearer tokens of another house, such as Supabase: whose they are, and whether they are right.

A project of Supabase has a shared secret (HS256), signing keys (a JWKS), or for a while both. Each
algorithm has one kind of key here: a public key never counts as a secret, nor a secret as a key.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from luban.model.errors import InvalidValue
from luban.ports.clock import Clock
from luban.sdk.http import Http
from luban.services.accounts.key_sets import FRESH, RemoteKeys
from luban.services.accounts.person import Person
from luban.services.accounts.signed_tokens import (
    SHARED,
    SKEW,
    Claims,
    Expected,
    Header,
    TokenRefused,
    check,
    claims_of,
    header_of,
    text_in,
)
from luban.services.accounts.web_address import parts_of, place_of

if TYPE_CHECKING:
    from joserfc.jwk import Key

AUDIENCE = "authenticated"
UNNAMED = "token"
"""The issuer of those known by a shared secret alone, when no setting names one."""
_SHORTEST_SECRET = 32
_REMEMBERED = 10_000
_NO_PERSON = frozenset({"anon", "service_role"})
"""Roles of Supabase's own keys, which stand for no user and pass its every policy."""
_PUBLISHED = frozenset(
    {
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "super-secret-jwt-token-with-at-least-32-characters-long",
    }
)
"""Secrets that stand in the documentation, so everybody has them."""


@dataclass(frozen=True)
class TokenSettings:
    """Which tokens count; without a secret and an address of keys, none."""

    secret: str = field(default="", repr=False)
    keys_url: str = ""
    issuer: str = ""
    audience: str = AUDIENCE
    role_claim: str = ""
    """Where in the claims a role of this house stands, with dots between; empty: nowhere."""
    trust_email: bool = False
    """Whether the issuer lets only those in who showed that an address is theirs."""

    @classmethod
    def read(cls, environment: Mapping[str, str], *, exposed: bool = False) -> TokenSettings:
        """From variables. Raises `InvalidValue`; `exposed` servers refuse secrets all know."""
        base = environment.get("SUPABASE_URL", "").strip().rstrip("/")
        secret = _first(environment, "LUBAN_JWT_SECRET", "SUPABASE_JWT_SECRET")
        keys_url = _first(environment, "LUBAN_JWT_JWKS_URL")
        if base:
            _require_web(base, "SUPABASE_URL")
            keys_url = keys_url or f"{base}/auth/v1/.well-known/jwks.json"
        if keys_url:
            _require_web(keys_url, "LUBAN_JWT_JWKS_URL")
        _require_secret(secret, exposed=exposed)
        issuer = _first(environment, "LUBAN_JWT_ISSUER") or (f"{base}/auth/v1" if base else "")
        if keys_url and not issuer:
            raise InvalidValue(
                name="LUBAN_JWT_ISSUER",
                value="",
                expected="it must name who signs with the keys of LUBAN_JWT_JWKS_URL",
                expected_zh="必须指明使用 LUBAN_JWT_JWKS_URL 中密钥签名的签发者",
            )
        return cls(
            secret=secret,
            keys_url=keys_url,
            issuer=issuer,
            audience=_first(environment, "LUBAN_JWT_AUDIENCE") or AUDIENCE,
            role_claim=_first(environment, "LUBAN_JWT_ROLE_CLAIM"),
            trust_email=_first(environment, "LUBAN_JWT_TRUST_EMAIL").lower() in _YES,
        )

    @property
    def hosts(self) -> list[str]:
        """What the administrator named, and so may be reached wherever it is: `host:port`."""
        return [place_of(self.keys_url)] if self.keys_url else []

    def __bool__(self) -> bool:
        return bool(self.secret or self.keys_url)


class _Known(NamedTuple):
    person: Person
    until: float


class OutsideTokens:
    """Checks tokens, and remembers for a while those that were right."""

    def __init__(self, settings: TokenSettings, http: Http, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = RemoteKeys(http, settings.keys_url, clock) if settings.keys_url else None
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    @property
    def wanted(self) -> bool:
        return bool(self._settings)

    async def person_of(self, token: str) -> Person:
        """Who the token is of. Raises `TokenRefused` and `IssuerUnreachable`."""
        now = self._clock.now()
        header = header_of(token)  # first, for it bounds the length
        digest = hashlib.sha256(token.encode()).digest()
        known = self._known.get(digest)
        if known is not None and now < known.until:
            self._known.move_to_end(digest)
            return known.person
        claims = claims_of(token, await self._key(header), header.algorithm)
        check(claims, Expected(self._settings.issuer, self._settings.audience), now)
        person = self._person(claims)
        self._remember(digest, _Known(person, min(claims["exp"] + SKEW, now + FRESH)))
        return person

    async def _key(self, header: Header) -> Key:
        from joserfc.jwk import OctKey

        if header.algorithm == SHARED and self._settings.secret:
            return OctKey.import_key(self._settings.secret)
        if self._remote is None:
            raise TokenRefused("its algorithm is not accepted", "不接受其签名算法")
        return await self._remote.find(header)

    def _person(self, claims: Claims) -> Person:
        subject = text_in(claims, "sub", 255)
        if not subject or claims.get("role") in _NO_PERSON or claims.get("is_anonymous") is True:
            raise TokenRefused("it is of no user", "不属于任何用户")
        told = claims.get("user_metadata")
        about: dict[str, Any] = told if isinstance(told, dict) else {}
        name = text_in(about, "full_name", 200) or text_in(about, "name", 200)
        return Person(
            issuer=self._settings.issuer or UNNAMED,
            subject=subject,
            email=text_in(claims, "email", 254).strip().lower(),
            verified=self._settings.trust_email or claims.get("email_verified") is True,
            name=name or text_in(claims, "name", 200),
            role=self._role(claims),
        )

    def _role(self, claims: Claims) -> str:
        """Only from where the administrator said; what users may write themselves is no place."""
        found: Any = claims
        path = self._settings.role_claim
        for part in path.split(".") if path else ():
            found = found.get(part) if isinstance(found, dict) else None
        return found if path and isinstance(found, str) else ""

    def _remember(self, digest: bytes, known: _Known) -> None:
        self._known[digest] = known
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


_YES = frozenset({"1", "true", "yes", "on"})


def _first(environment: Mapping[str, str], *names: str) -> str:
    return next((text for name in names if (text := environment.get(name, "").strip())), "")


def _require_web(url: str, name: str) -> None:
    parts = parts_of(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise InvalidValue(
            name=name,
            value=url,
            expected="it must be an address like https://abc.supabase.co",
            expected_zh="必须是形如 https://abc.supabase.co 的地址",
        )


def _require_secret(secret: str, *, exposed: bool) -> None:
    """Raises `InvalidValue`, which does not show the secret."""
    if secret and len(secret.encode()) < _SHORTEST_SECRET:
        raise InvalidValue(
            name="LUBAN_JWT_SECRET",
            value=f"{len(secret)} characters long",
            expected=f"a secret for HS256 needs at least {_SHORTEST_SECRET}",
            expected_zh=f"HS256 的密钥至少需要 {_SHORTEST_SECRET} 个字符",
        )
    if exposed and secret in _PUBLISHED:
        raise InvalidValue(
            name="LUBAN_JWT_SECRET",
            value="the one of the documentation",
            expected="everybody has that one; give a secret of your own",
            expected_zh="这是文档中的公开密钥，请使用自己的密钥",
        )

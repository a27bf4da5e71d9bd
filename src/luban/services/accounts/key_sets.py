"""The public keys of an issuer: fetched when first needed, again when a new one is named."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from luban.ports.clock import Clock
from luban.sdk.http import Http
from luban.services.accounts.remote_document import RemoteDocument
from luban.services.accounts.signed_tokens import KEY_TYPES, Header, TokenRefused

if TYPE_CHECKING:
    from joserfc.jwk import Key

FRESH = 600.0
"""Seconds after which keys are fetched again, so that a withdrawn one stops to count."""
_MOST_KEYS = 100
_SMALLEST_RSA = 2048


class _Named(NamedTuple):
    name: str | None
    algorithm: str | None
    key: Key


class KeySet:
    """Keys that may check signatures; everything else in the document is left out."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        found = document.get("keys")
        rows: Sequence[Any] = found[:_MOST_KEYS] if isinstance(found, list) else ()
        self._keys = [named for row in rows if (named := _named(row)) is not None]

    def find(self, header: Header) -> Key | None:
        """The one key of this name and fit for this algorithm; without a name, the only one."""
        kind = KEY_TYPES.get(header.algorithm)
        fitting = [
            each.key
            for each in self._keys
            if each.key.key_type == kind
            and each.algorithm in (None, header.algorithm)
            and (header.key is None or each.name == header.key)
        ]
        return fitting[0] if len(fitting) == 1 else None


class RemoteKeys:
    """The key set behind an address. Nobody whose key is known waits for the issuer."""

    def __init__(self, http: Http, url: str, clock: Clock) -> None:
        self._document = RemoteDocument(http, url, clock, FRESH)
        self._read: dict[str, Any] | None = None
        self._keys = KeySet({})

    async def find(self, header: Header) -> Key:
        """Raises `TokenRefused` when there is no such key, and `IssuerUnreachable`."""
        if header.algorithm not in KEY_TYPES:
            named = header.algorithm[:20]
            raise TokenRefused(f"its algorithm `{named}` is not accepted", f"不接受算法“{named}”")
        key = self._of(await self._document.read()).find(header)
        if key is None:
            key = self._of(await self._document.read_again()).find(header)
        if key is None:
            raise TokenRefused("its key is not known here", "密钥未知")
        return key

    def _of(self, document: dict[str, Any]) -> KeySet:
        if document is not self._read:
            self._read, self._keys = document, KeySet(document)
        return self._keys


def _named(row: Any) -> _Named | None:
    """A public key for signatures; symmetric ones are none, whoever published them."""
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    if not isinstance(row, dict) or row.get("kty") not in KEY_TYPES.values():
        return None
    uses = row.get("key_ops")
    if row.get("use") not in (None, "sig") or (isinstance(uses, list) and "verify" not in uses):
        return None
    try:
        if row["kty"] == "RSA" and _bits(row["n"]) < _SMALLEST_RSA:
            return None
        key = JWKRegistry.import_key({name: row[name] for name in _PUBLIC if name in row})
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    name, algorithm = row.get("kid"), row.get("alg")
    return _Named(
        name if isinstance(name, str) else None,
        algorithm if isinstance(algorithm, str) else None,
        key,
    )


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "==")).bit_length()


_PUBLIC = ("kty", "crv", "x", "y", "n", "e")

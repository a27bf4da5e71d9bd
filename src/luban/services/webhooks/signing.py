"""Signatures after the Standard Webhooks specification: https://www.standardwebhooks.com.

A secret is `whsec_` and 32 random bytes in base64. What is signed is the id, the time and the
body; every secret that is valid signs, so that a receiver may change over without losing any.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any, NamedTuple

from luban.model.values import decode, encode

PREFIX = "whsec_"
_BYTES = 32


class Secrets(NamedTuple):
    """What a webhook signs with; `before` is the replaced one, valid until `until`."""

    now: str
    before: str = ""
    until: float = 0.0

    def valid(self, at: float) -> list[str]:
        return [self.now, self.before] if self.before and at < self.until else [self.now]

    def rotated(self, until: float) -> Secrets:
        return Secrets(new_secret(), self.now, until)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(message: str, at: int, body: bytes, valid: list[str]) -> dict[str, str]:
    """What a receiver checks: the id stays in all attempts, the time is of this one."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(message, at, body, each) for each in valid),
    }


def signature(message: str, at: int, body: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{at}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def packed(kept: Secrets) -> bytes:
    return encode(kept._asdict())


def unpacked(content: bytes) -> Secrets:
    values: dict[str, Any] = decode(content)
    return Secrets(**values)

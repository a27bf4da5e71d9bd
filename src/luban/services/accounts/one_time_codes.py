"""One-time codes that an app on a phone shows: TOTP (RFC 6238) with SHA-1, 30 s and six digits.

These three are what every such app understands; others are ignored by some of them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

PERIOD = 30
DIGITS = 6
DRIFT = 1
"""How many periods a phone's clock may be off."""
_SECRET_BYTES = 20
"""RFC 4226 asks for as many bits as the hash has."""


def new_secret() -> bytes:
    return secrets.token_bytes(_SECRET_BYTES)


def code_at(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code of one period (RFC 4226 §5.3)."""
    digest = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def period_of(now: float) -> int:
    return int(now // PERIOD)


def matching_period(secret: bytes, code: str, now: float, *, beyond: int = 0) -> int | None:
    """The period whose code this is, later than `beyond`; `None` when it is no code of now.

    All are compared in full, so that the time taken tells nothing.
    """
    typed = "".join(code.split()).encode()
    found: int | None = None
    current = period_of(now)
    for period in range(max(0, current - DRIFT), current + DRIFT + 1):
        is_it = hmac.compare_digest(code_at(secret, period).encode(), typed)
        if is_it and period > beyond:
            found = period
    return found


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def address(secret: bytes, account: str, issuer: str) -> str:
    """What the QR code holds: an `otpauth://` address."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    parameters = {
        "secret": as_text(secret),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": PERIOD,
    }
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"

"""AWS Signature Version 4 for a request with a body and no query. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


class Identity(NamedTuple):
    """Who signs, in which region, for which service."""

    access_key: str
    secret_key: str
    region: str
    service: str
    session_token: str = ""


def signed(
    identity: Identity, method: str, url: str, headers: Mapping[str, str], body: bytes, now: float
) -> dict[str, str]:
    """The headers with the signature over them."""
    at = datetime.fromtimestamp(now, UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    parts = urlsplit(url)
    whole = {name.lower(): value.strip() for name, value in headers.items()}
    whole |= {"host": parts.netloc, "x-amz-date": stamp}
    if identity.session_token:
        whole["x-amz-security-token"] = identity.session_token
    names = ";".join(sorted(whole))
    canonical = "\n".join(
        [
            method,
            quote(parts.path or "/"),
            parts.query,
            *(f"{name}:{whole[name]}" for name in sorted(whole)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{identity.region}/{identity.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([_ALGORITHM, stamp, scope, digest])
    key = f"AWS4{identity.secret_key}".encode()
    for part in (day, identity.region, identity.service, "aws4_request"):
        key = _hmac(key, part)
    signature = _hmac(key, text).hex()
    whole["authorization"] = (
        f"{_ALGORITHM} Credential={identity.access_key}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    del whole["host"]  # whoever sends the request says it
    return whole


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

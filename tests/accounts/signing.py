"""Tokens signed by hand: no library that the product reads them with has a part in it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8))


def token(header: dict[str, Any], claims: Any, key: Any = None) -> str:
    head = b64(json.dumps({"typ": "JWT"} | header).encode())
    signed = f"{head}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(_signature(header.get('alg'), signed.encode(), key))}"


def _signature(algorithm: Any, signed: bytes, key: Any) -> bytes:
    if isinstance(key, bytes | str):
        secret = key.encode() if isinstance(key, str) else key
        return hmac.new(secret, signed, hashlib.sha256).digest()
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)
    assert key is None, algorithm
    return b""


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public(key: Any, name: str | None, **more: Any) -> dict[str, Any]:
    """A row of a key set."""
    numbers = key.public_key().public_numbers()
    if isinstance(key, rsa.RSAPrivateKey):
        row = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    else:
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        row = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}
    return row | ({"kid": name} if name else {}) | more

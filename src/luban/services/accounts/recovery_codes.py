"""Codes on paper for whoever lost the phone: made ten at a time, each good once."""

from __future__ import annotations

import hashlib
import secrets

COUNT = 10
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""Without those that look alike on paper."""
_GROUP, _GROUPS = 4, 4


def new_codes() -> list[str]:
    """Codes of 78 random bits each, written as `abcd-efgh-jkmn-pqrs`."""
    return [_code() for _ in range(COUNT)]


def digest(code: str) -> bytes:
    """What is stored. Random codes need no slow hash: nobody can try 2^78 of them."""
    letters = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(letters.encode()).digest()


def looks_like_one(code: str) -> bool:
    return sum(letter.isalnum() for letter in code) == _GROUP * _GROUPS


def _code() -> str:
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)

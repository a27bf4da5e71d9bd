"""How an e-mail address is written here: one way for each."""

from __future__ import annotations

import re
import unicodedata

from luban.model.errors import InvalidValue

LONGEST = 254
_PART = r"[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]+"
_EMAIL = re.compile(rf"{_PART}@{_PART}")


def clean_email(text: str) -> str:
    """The address in its one form. Raises `InvalidValue`, also for what would break a header."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    usable = len(email) <= LONGEST and email.isprintable() and _EMAIL.fullmatch(email)
    if not usable:
        raise InvalidValue(
            name="email",
            value=text,
            expected="it must be an e-mail address such as ann@example.com",
            expected_zh="必须是邮箱地址，例如 ann@example.com",
        )
    return email


def clean_name(text: str, name: str = "name") -> str:
    """What people are called by others: one line. Raises `InvalidValue`."""
    cleaned = " ".join(unicodedata.normalize("NFC", text).split())
    if len(cleaned) > 100 or not cleaned.isprintable():
        raise InvalidValue(
            name=name,
            value=text,
            expected="it must be one line of at most 100 characters",
            expected_zh="必须是一行，且不超过 100 个字符",
        )
    return cleaned

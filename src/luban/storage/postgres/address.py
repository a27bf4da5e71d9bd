"""Where a PostgreSQL database is: its address, and how it is named to people."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from luban.model.errors import InvalidValue

_SCHEMES = ("postgresql", "postgres")


class Address(NamedTuple):
    """`dsn` is for the driver and holds the password; `place` is for sentences and does not."""

    dsn: str
    place: str


def is_postgres(url: str) -> bool:
    """Whether an address names this kind of database."""
    return _scheme(url) in _SCHEMES


def parse(url: str) -> Address:
    """The address `postgresql://user:password@host:port/database`. Raises `InvalidValue`."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        raise _invalid(url) from None
    if not is_postgres(url) or len(parts.path) < 2:
        raise _invalid(url)
    shown = f"[{host}]" if ":" in host else host
    where = shown if port is None else f"{shown}:{port}"
    return Address(
        # Other programs write the driver into the scheme.
        parts._replace(scheme="postgresql").geturl(),
        SplitResult("postgresql", where, parts.path, "", "").geturl(),
    )


def _scheme(url: str) -> str:
    return url.partition(":")[0].partition("+")[0].lower()


def _invalid(url: str) -> InvalidValue:
    return InvalidValue(
        name="DATABASE_URL",
        value=f"{_scheme(url)}://…",  # the rest may hold a password
        expected="it must be postgresql://user:password@host:5432/database",
        expected_zh="它必须形如 postgresql://user:password@host:5432/database",
    )

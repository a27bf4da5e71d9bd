"""Databases of others, as what reaches them sees them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from luban.sdk.databases import (
    Databases,
    Dialect,
    RedisServer,
    Security,
    SqliteFile,
    SqlPart,
    SqlServer,
    Statement,
)

Addresses = Callable[[str, int], Awaitable[str]]
"""Host and port to the address to connect to; raises what the guard of outgoing requests does."""

__all__ = [
    "Addresses",
    "Databases",
    "Dialect",
    "RedisServer",
    "Security",
    "SqlPart",
    "SqlServer",
    "SqliteFile",
    "Statement",
]

"""PostgreSQL databases of a test's own, made empty and dropped at the end."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg


@asynccontextmanager
async def fresh_database(address: str, options: str = "") -> AsyncIterator[str]:
    """The address of a new database on the server that `address` is on."""
    name = f"luban_test_{secrets.token_hex(6)}"
    await command(address, f"create database {name} {options}")
    try:
        yield urlsplit(address)._replace(path=f"/{name}").geturl()
    finally:
        await command(address, f"drop database if exists {name} with (force)")


async def command(address: str, statement: str, *values: Any) -> list[Any]:
    """What one statement answers, on a connection of its own."""
    line = await asyncpg.connect(address)
    try:
        return await line.fetch(statement, *values)
    finally:
        await line.close()

"""PostgreSQL databases of a test's own, made empty and dropped at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from luban.storage.postgres import open_database


@asynccontextmanager
async def fresh_database(address: str, options: str = "") -> AsyncIterator[str]:
    """The address of a new database on the server that `address` is on."""
    name = f"luban_test_{secrets.token_hex(6)}"
    await command(address, f"create database {name} {options}")
    try:
        yield urlsplit(address)._replace(path=f"/{name}").geturl()
    finally:
        await command(address, f"drop database if exists {name} with (force)")


HEAD = f"luban_test_head_{os.getpid()}"
"""A database with all tables, that others are copies of: making the tables takes longer."""


@asynccontextmanager
async def ready_database(address: str) -> AsyncIterator[str]:
    """As `fresh_database`, with the tables in it, and nothing in those."""
    if not await command(address, "select 1 from pg_database where datname = $1", HEAD):
        await command(address, f"create database {HEAD}")
        store = await open_database(urlsplit(address)._replace(path=f"/{HEAD}").geturl())
        await store.close()
    async with fresh_database(address, f"template {HEAD}") as url:
        yield url


async def command(address: str, statement: str, *values: Any) -> list[Any]:
    """What one statement answers, on a connection of its own."""
    line = await asyncpg.connect(address)
    try:
        return await line.fetch(statement, *values)
    finally:
        await line.close()

"""A program's input and output joined to a server at an address: every message goes through."""

from __future__ import annotations

import logging
from typing import Any

import httpx2

log = logging.getLogger(__name__)


async def bridge(url: str, token: str) -> None:
    """Until the input ends. The address is one the person at this machine gave."""
    import anyio
    from mcp.client.streamable_http import streamable_http_client
    from mcp.server.stdio import stdio_server

    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=httpx2.Timeout(30, read=None)) as http,
        streamable_http_client(url, http_client=http) as (answers, questions),
        stdio_server() as (reading, writing),
        anyio.create_task_group() as both,
    ):

        async def back() -> None:
            await _carry(answers, writing)
            both.cancel_scope.cancel()

        both.start_soon(back)
        await _carry(reading, questions)
        both.cancel_scope.cancel()


async def _carry(source: Any, target: Any) -> None:
    async for message in source:
        if isinstance(message, Exception):
            log.warning("a message could not be read: %s", message)
            continue
        await target.send(message)

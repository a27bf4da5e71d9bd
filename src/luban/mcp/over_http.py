"""A server at an address: streamable HTTP through the guarded client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from luban.model.errors import LubanError
from luban.net.allow_list import AllowList
from luban.net.bounded_transport import BoundedTransport
from luban.net.outgoing import address
from luban.ports.tool_servers import ServerAccess

MAX_BYTES = 20_000_000
"""Of one answer, unpacked."""
_SILENCE = 300.0
"""Seconds that a stream may say nothing; calls have limits of their own."""


class HttpLine:
    """How a session reaches its server, and why it could not, if it could not."""

    def __init__(self, allow: AllowList, to: ServerAccess) -> None:
        self._transport = BoundedTransport(allow, to.headers, MAX_BYTES)
        self._url = str(address(to.server.url))

    @property
    def trouble(self) -> LubanError | None:
        return self._transport.trouble

    @property
    def refused(self) -> int:
        return self._transport.refused

    def calm(self) -> None:
        """What went wrong before says nothing of what comes now."""
        self._transport.trouble = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        from mcp.client.streamable_http import streamable_http_client

        timeout = httpx2.Timeout(30.0, read=_SILENCE)
        async with (
            httpx2.AsyncClient(
                transport=self._transport,
                timeout=timeout,
                headers={"user-agent": "Luban", "accept-encoding": "gzip, deflate"},
            ) as client,
            streamable_http_client(
                self._url, http_client=client, max_sse_event_size=MAX_BYTES
            ) as streams,
        ):
            yield streams

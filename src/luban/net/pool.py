"""A connection pool whose every new connection passes the gate."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from typing import cast

import httpcore2
from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream

from luban.net.gate import Gate

FIRST_TRY_SECONDS = 5.0
"""How long one of several addresses may take to accept before the next is tried."""


class GuardedBackend(AsyncNetworkBackend):
    """Connects to the addresses the gate gives, never to a name; TLS still proves the name."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._network = cast(AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        *others, last = await self._gate.addresses(host, port)
        for address in others:
            try:
                return await self._network.connect_tcp(address, port, timeout=FIRST_TRY_SECONDS)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._network.connect_tcp(last, port, timeout=timeout)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        raise httpcore2.UnsupportedProtocol("Unix sockets are closed to blocks.")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def guarded_pool(gate: Gate, tls: ssl.SSLContext | None = None) -> httpcore2.AsyncConnectionPool:
    """One pool for all requests; it knows no proxies, which would lead around the gate."""
    return httpcore2.AsyncConnectionPool(
        ssl_context=tls or httpcore2.default_ssl_context(),
        max_connections=256,
        max_keepalive_connections=32,
        keepalive_expiry=5.0,
        network_backend=GuardedBackend(gate),
    )

"""A server beside everything that dies: it counts what steps do to the world, key by key.

It keeps the first value that came under a key, as any service with idempotency keys does, and notes
when another value comes under the same key, which must never happen.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

_HOST = "127.0.0.1"


@dataclass
class Effect:
    """What was asked for under one idempotency key, and how often."""

    block: str
    value: Any
    times: int = 1
    others: list[Any] = field(default_factory=list[Any])
    """Values that differ from the first."""


class EffectServer:
    """Speaks as much HTTP as its own clients need."""

    def __init__(self) -> None:
        self.effects: dict[str, Effect] = {}
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[EffectServer]:
        server = await asyncio.start_server(self._serve, _HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines if line)
            body = await reader.readexactly(int(headers["Content-Length"]))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()  # its client died while it spoke: nothing was asked for
            return
        self._count(first.split()[1].strip("/"), headers["Idempotency-Key"], json.loads(body))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    def _count(self, block: str, key: str, value: Any) -> None:
        effect = self.effects.get(key)
        if effect is None:
            self.effects[key] = Effect(block, value)
            return
        effect.times += 1
        if value != effect.value:
            effect.others.append(value)

    def as_json(self) -> dict[str, Any]:
        return {key: asdict(effect) for key, effect in self.effects.items()}


async def take_effect(port: int, block: str, key: str, value: Any) -> None:
    """Asks the server for an effect; returns once it took place."""
    reader, writer = await asyncio.open_connection(_HOST, port)
    try:
        body = json.dumps(value).encode()
        head = (
            f"POST /{block} HTTP/1.1\r\nHost: {_HOST}\r\nIdempotency-Key: {key}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = await reader.read()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise ConnectionError(answer)
    finally:
        writer.close()

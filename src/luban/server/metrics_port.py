"""A port of this machine alone on which metrics and health are read without showing anything.

For processes that serve nothing else, such as workers, and for a Prometheus on the same machine.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from luban.services.house import House

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
_PATIENCE = 5.0
_LINE = 1024
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@asynccontextmanager
async def metrics_port(house: House, port: int) -> AsyncIterator[int]:
    """Answers `/metrics`, `/health/live` and `/health/ready`; a `port` of 0 answers nobody.

    Raises `OSError` when another program has the port.
    """
    if not port:
        yield 0
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                line = await reader.readline()
                while (await reader.readline()).strip():
                    pass
                writer.write(await _answer(house, line.split(b" ")))
                await writer.drain()
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            log.debug("a reader of the metrics port went away")
        finally:
            writer.close()

    server = await asyncio.start_server(answer, HOST, port, limit=_LINE * 8)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


async def _answer(house: House, words: list[bytes]) -> bytes:
    path = words[1].partition(b"?")[0] if len(words) == 3 and words[0] == b"GET" else b""
    if path == b"/metrics":
        return _written(200, await house.meters.text())
    if path == b"/health/live":
        return _written(200, b"alive\n")
    if path == b"/health/ready":
        health = await house.health.run()
        well = house.health.ready and health.status == "healthy"
        return _written(200, b"ready\n") if well else _written(503, b"not_ready\n")
    return _written(404, b"There are /metrics, /health/live and /health/ready here.\n")


def _written(status: int, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status} -\r\ncontent-type: {_TEXT}\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body

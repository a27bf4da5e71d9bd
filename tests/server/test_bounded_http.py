"""A head without an end, against a real server; ordinary requests beside it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from luban.server.bounded_http import HEAD_LIMIT, BoundedHttp


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the size of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = b"%d" % size
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(echo, http=BoundedHttp, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        task = asyncio.create_task(server.serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await task


async def answer(port: int, *pieces: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b"closed"
    finally:
        writer.close()


async def test_a_head_without_an_end_is_broken_off(port: int) -> None:
    endless = [b"GET / HTTP/1.1\r\nHost: a\r\nX: "] + [b"y" * 16_384] * 200
    got = await answer(port, *endless)
    assert got == b"closed" or got.startswith(b"HTTP/1.1 400")


async def test_bodies_and_further_requests_are_not_counted(port: int) -> None:
    body = b"z" * (5 * HEAD_LIMIT)
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % len(body)
    first, last = head + b"\r\n" + body, head + b"Connection: close\r\n\r\n" + body
    got = await answer(port, first, first, last)
    assert got.count(b"HTTP/1.1 200") == 3
    assert got.count(str(len(body)).encode()) == 3


async def test_a_head_that_never_comes_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedHttp, "head_seconds", 0.05)
    assert await answer(port) == b""
    assert await answer(port, b"GET / HTTP/1.1\r\nHost: a\r\nX-Sl") == b""
    first = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    got = await answer(port, first, b"GET / HTTP/1.1\r\nHo")
    assert got.count(b"HTTP/1.1 200") == 1


async def test_a_body_takes_as_long_as_it_takes(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedHttp, "head_seconds", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab")
    await asyncio.sleep(0.2)
    writer.write(b"cd")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()

"""Requests sent as fast as answers come, over a number of connections; and what that took.

Run as a program of its own, so that it does not share an event loop, or a lock, with anybody:
`python -m benchmarks.load URL CONNECTIONS SECONDS BODY TOKEN` prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Served:
    """What one load came to: answers per second, and seconds that half and 99 % stayed below."""

    connections: int
    per_second: float
    p50: float
    p99: float
    failed: int


def put_load_on(url: str, connections: int, seconds: float, body: str, token: str = "") -> Served:
    """POSTs a body over and over from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.load", url, str(connections), str(seconds), body]
    done = subprocess.run([*command, token], capture_output=True, text=True, check=True)
    return Served(**json.loads(done.stdout))


class _Line(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is there."""

    def __init__(self, request: bytes, until: float) -> None:
        self._request = request
        self._until = until
        self._transport: Any = None
        self._answer = b""
        self._sent_at = 0.0
        self.took: list[float] = []
        self.failed = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        now = time.perf_counter()
        if self._answer[9:10] == b"2":
            self.took.append(now - self._sent_at)
        else:
            self.failed += 1
        self._answer = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer:
            self.failed += 1
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)


def _is_whole(answer: bytes) -> bool:
    """Whether an answer has all its bytes, counted or in pieces."""
    head, gap, body = answer.partition(b"\r\n\r\n")
    if not gap:
        return False
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        return len(body) >= int(lower[at + 15 :].split(b"\r\n", 1)[0])
    return body.endswith(b"0\r\n\r\n")


def _request(url: str, body: str, token: str) -> bytes:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body.encode())}",
    ]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", body]).encode()


async def _load(url: str, connections: int, seconds: float, body: str, token: str) -> Served:
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    request = _request(url, body, token)
    lines: list[_Line] = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: _Line(request, began + seconds), str(parts.hostname), parts.port or 80
        )
        lines.append(line)
    await asyncio.gather(*(line.done for line in lines))
    took = sorted(each for line in lines for each in line.took)
    passed = time.perf_counter() - began
    failed = sum(line.failed for line in lines)
    if not took:
        return Served(connections, 0.0, 0.0, 0.0, failed)
    return Served(
        connections, len(took) / passed, took[len(took) // 2], took[len(took) * 99 // 100], failed
    )


def main(words: list[str]) -> None:
    import uvloop

    url, connections, seconds, body, token = words
    served = uvloop.run(_load(url, int(connections), float(seconds), body, token))
    print(json.dumps(served.__dict__))


if __name__ == "__main__":
    main(sys.argv[1:])

"""The one way out of a browser: a proxy on this machine that asks the gate for every connection.

So what holds for `ctx.http` holds for pages, pictures, frames, redirects and sockets of a page too:
a name is looked up here once, and the connection goes to the address that was checked.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator, Coroutine
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from luban.model.errors import LubanError
from luban.net.gate import Gate

GREETING = "http://greeting.luban.invalid/"
"""Answered by the proxy itself, so that the browser shows once who it is."""
_USER = "luban"
_MOST_HEAD = 65_536
_HEAD_SECONDS = 20.0
_CONNECT_SECONDS = 15.0
_PIECE = 65_536
_OWN_HEADERS = frozenset({"proxy-authorization", "proxy-connection", "connection", "keep-alive"})


class Place(NamedTuple):
    """A host and port that somebody wanted to reach."""

    host: str
    port: int


class GuardedProxy:
    """Open while its context is; `refused` has the places that were refused, and why.

    `full` is set when the page has moved more than `most_bytes`.
    """

    def __init__(self, gate: Gate, most_bytes: int) -> None:
        self._gate = gate
        self._left = most_bytes
        self._tasks: set[asyncio.Task[None]] = set()
        self.word = secrets.token_urlsafe(24)
        self.user = _USER
        self.port = 0
        self.refused: dict[Place, LubanError] = {}
        self.full = asyncio.Event()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[GuardedProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MOST_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(_Asked.read(head), reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the browser sees a connection that ended
        except ValueError:
            writer.write(_short("400 Bad Request"))
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(
        self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not self._knows(asked.headers.get("proxy-authorization", "")):
            writer.write(
                _short("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="l"')
            )
            return
        if asked.target == GREETING:
            writer.write(_short("204 No Content"))
            return
        place = asked.place()
        try:
            there_reader, there_writer = await self._connected(place)
        except LubanError as error:
            self.refused[place] = error
            writer.write(_short("403 Forbidden"))
            return
        try:
            most: int | None = None
            if asked.method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                most = asked.length()
                there_writer.write(asked.onward())
            await self._both_ways(
                self._carry(reader, there_writer, most),
                self._carry(there_reader, writer)
                if asked.method == "CONNECT"
                else self._answer_once(there_reader, writer),
            )
        finally:
            there_writer.close()

    def _knows(self, shown: str) -> bool:
        pair = base64.b64encode(f"{_USER}:{self.word}".encode()).decode()
        return hmac.compare_digest(shown.encode(), f"Basic {pair}".encode())

    async def _connected(self, place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raises what the gate raises, and `OSError`."""
        refused: OSError | None = None
        for address in await self._gate.addresses(place.host, place.port):
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    return await asyncio.open_connection(address, place.port)
            except OSError as error:
                refused = error
        raise refused or OSError("no address")

    async def _both_ways(self, *ways: Coroutine[Any, Any, None]) -> None:
        """Until what comes back is over, or nobody listens to it any more."""
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer_once(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One answer, after which the browser must not use the connection for another place."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_closing(head))
                if not head[9:12].startswith(b"1"):
                    break
            await self._carry(reader, writer)

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        most: int | None = None,
    ) -> None:
        """Passes on what comes; after `most` bytes, only notices the end."""
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                if most is not None:
                    piece, most = piece[:most], most - len(piece[:most])
                self._left -= len(piece)
                if self._left < 0:
                    self.full.set()
                    return
                writer.write(piece)
                await writer.drain()


class _Asked(NamedTuple):
    """The head of a request to the proxy."""

    method: str
    target: str
    headers: dict[str, str]
    lines: list[str]

    @classmethod
    def read(cls, head: bytes) -> _Asked:
        """Raises `ValueError`."""
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        return cls(method, target, headers, lines)

    def place(self) -> Place:
        """Raises `ValueError` for what is neither a tunnel nor plain HTTP."""
        parts = urlsplit(f"//{self.target}" if self.method == "CONNECT" else self.target)
        if self.method != "CONNECT" and parts.scheme != "http":
            raise ValueError(self.target)
        if not parts.hostname:
            raise ValueError(self.target)
        return Place(parts.hostname, parts.port or 80)

    def length(self) -> int | None:
        """Bytes of the body; `None` where only its own end tells."""
        if "transfer-encoding" in self.headers:
            return None
        return int(self.headers.get("content-length", "0"))

    def onward(self) -> bytes:
        """The head as the site gets it: nothing of the proxy, and one request for a connection."""
        parts = urlsplit(self.target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        kept = [
            line
            for line in self.lines
            if line.partition(":")[0].strip().lower() not in _OWN_HEADERS
        ]
        lines = [f"{self.method} {path} HTTP/1.1", *kept, "Connection: close"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _closing(head: bytes) -> bytes:
    """The head of an answer, saying that the connection ends with it."""
    first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    kept = [
        line
        for line in lines
        if line.partition(b":")[0].strip().lower().decode("latin-1") not in _OWN_HEADERS
    ]
    return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n"


def _short(status: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()

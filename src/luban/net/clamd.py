"""ClamAV's daemon: files are streamed to it over TCP or a Unix socket, and it says what it found.

The protocol is INSTREAM of clamd(8): pieces with their length before, a length of zero at the end,
one line as the answer. Past StreamMaxLength it drops the connection, which is no verdict.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from luban.model.errors import InvalidValue
from luban.ports.scanning import NotScanned, ScannerDown

_PORT = 3310
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 120.0
_LONGEST_ANSWER = 4096


class Clamd:
    """`Scanner` at `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""

    def __init__(self, address: str, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        parts = urlsplit(address)
        reached = parts.hostname if parts.scheme == "tcp" else parts.path
        if parts.scheme not in ("tcp", "unix") or not reached:
            raise InvalidValue(
                name="LUBAN_CLAMAV",
                value=address,
                expected="it is written tcp://host:3310 or unix:///run/clamav/clamd.ctl",
                expected_zh="应写成 tcp://host:3310 或 unix:///run/clamav/clamd.ctl",
            )
        self._is_tcp = parts.scheme == "tcp"
        self._reached = reached
        self._port = parts.port or _PORT
        self._place = address
        self._answer_seconds = answer_seconds

    @asynccontextmanager
    async def scan(self, name: str) -> AsyncIterator[_Stream]:
        reader, writer = await self._connect()
        try:
            yield _Stream(name, self._place, reader, writer, self._answer_seconds)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                if self._is_tcp:
                    reader, writer = await asyncio.open_connection(self._reached, self._port)
                else:
                    reader, writer = await asyncio.open_unix_connection(self._reached)
                writer.write(b"zINSTREAM\0")
                await writer.drain()
        except (OSError, TimeoutError) as error:
            raise ScannerDown(place=self._place, cause=_cause(error)) from error
        return reader, writer


class _Stream:
    """`Scan` over one connection."""

    def __init__(
        self,
        name: str,
        place: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        seconds: float,
    ) -> None:
        self._name = name
        self._place = place
        self._reader = reader
        self._writer = writer
        self._seconds = seconds

    async def feed(self, piece: bytes) -> None:
        if piece:
            await self._send(len(piece).to_bytes(4, "big") + piece)

    async def verdict(self) -> str | None:
        await self._send(b"\0\0\0\0")
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._reader.read(_LONGEST_ANSWER)
        except (OSError, TimeoutError) as error:
            raise self._not_scanned(_cause(error)) from error
        told = answer.decode("utf-8", "replace").strip("\0\n ").partition(": ")[2]
        if told == "OK":
            return None
        if told.endswith(" FOUND"):
            return told.removesuffix(" FOUND")
        raise self._not_scanned(told or answer.decode("utf-8", "replace") or "no answer")

    async def _send(self, content: bytes) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                self._writer.write(content)
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise self._not_scanned(_cause(error)) from error

    def _not_scanned(self, cause: str) -> NotScanned:
        return NotScanned(name=self._name, place=self._place, cause=cause.strip("\0\n "))


def _cause(error: Exception) -> str:
    return str(error) or type(error).__name__

"""Bytes of files in memory."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from luban.ports.stored_bytes import PIECE, BytesMissing, BytesThere, Kept, Shown


class MemoryBytes:
    """`ByteStore` for tests and small things."""

    place = "memory"

    def __init__(self) -> None:
        self._bytes: dict[str, tuple[bytes, float]] = {}

    async def put(self, key: str, content: AsyncIterator[bytes], shown: Shown) -> int:
        received = b"".join([piece async for piece in content])
        if key in self._bytes:
            raise BytesThere(key=key, place=self.place)
        self._bytes[key] = (received, time.time())
        return len(received)

    async def read(self, key: str) -> AsyncIterator[bytes]:
        if key not in self._bytes:
            raise BytesMissing(key=key, place=self.place)
        content, _ = self._bytes[key]
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]

    async def find(self, key: str) -> Kept | None:
        if key not in self._bytes:
            return None
        content, at = self._bytes[key]
        return Kept(key, len(content), at)

    async def delete(self, key: str) -> None:
        self._bytes.pop(key, None)

    async def list(self) -> AsyncIterator[Kept]:
        for key, (content, at) in sorted(self._bytes.items()):
            yield Kept(key, len(content), at)

    async def url(self, key: str, seconds: int) -> str | None:
        return None

    async def aclose(self) -> None:
        """Nothing is open."""

"""How large the answer of a model's service may be: known while it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2

LARGEST = 64 << 20
"""Bytes on the wire; a whole book is one, and its stream of pieces some ten times that."""


async def keep_small(response: httpx2.Response, most: int = LARGEST) -> None:
    """A hook for responses: more bytes than that break the answer off with a `ReadError`."""
    stream = response.stream
    assert isinstance(stream, httpx2.AsyncByteStream)
    response.stream = _Counted(stream, most)


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for piece in self._stream:
            seen += len(piece)
            if seen > self._most:
                raise httpx2.ReadError(f"the answer has more than {self._most} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()

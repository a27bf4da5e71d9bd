"""Outgoing HTTP as blocks see it: guarded, limited in time and size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from luban.sdk.charset import guess_encoding

Upload = tuple[str, bytes, str]
"""A file in a form: name, bytes, content type."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer read to its end; `url` is the one after redirects, header names are lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    content: bytes
    encoding: str = field(default="utf-8")

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        return self.content.decode(self.encoding, errors="replace")

    def json(self) -> Any:
        """Raises `ValueError` when the body is not JSON."""
        return orjson.loads(self.content)


@dataclass(frozen=True, slots=True)
class Streamed:
    """A body sent piece by piece: its length in bytes, and how to begin it.

    It is begun anew where a redirect wants it again.
    """

    length: int
    pieces: Callable[[], AsyncIterator[bytes]]


@dataclass(frozen=True, slots=True)
class HttpStream:
    """An answer whose body is still to come; it must be read before the stream is left."""

    status: int
    url: str
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]
    charset: str | None = None

    async def read(self) -> HttpResponse:
        """The rest of it, held whole."""
        content = b"".join([piece async for piece in self.pieces])
        encoding = guess_encoding(content, self.charset)
        return HttpResponse(self.status, self.url, self.headers, content, encoding)


class Http(Protocol):
    """Sends requests anywhere but to private addresses, unless the settings allow those."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | Streamed | None = None,
        files: Sequence[tuple[str, Upload]] = (),
        timeout: float = 30.0,
        max_bytes: int = 20_000_000,
        follow_redirects: bool = True,
    ) -> HttpResponse:
        """One request with its redirects followed.

        `timeout` is for the whole exchange, in seconds. `files` are form fields, each with its
        upload; a field may come more than once. Raises `TemporaryError` (no connection,
        time-out) and `BlockError` (forbidden address, answer larger than `max_bytes`).
        """
        ...

    def stream(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | Streamed | None = None,
        files: Sequence[tuple[str, Upload]] = (),
        timeout: float = 30.0,
        max_bytes: int = 20_000_000,
        follow_redirects: bool = True,
    ) -> AbstractAsyncContextManager[HttpStream]:
        """As `request`, for an answer that should not be held whole.

        The time limit covers what is done with the pieces as well.
        """
        ...

"""Outgoing HTTP as blocks see it: guarded, limited in time and size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

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
        content: bytes | None = None,
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

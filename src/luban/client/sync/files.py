# Generated from luban/client/files.py by ./run fix.

"""Stored files, through the API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx2

from luban.client.sync.transport import Transport
from luban.model.views import FileView, PageView


class Files:
    """The files of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(
        self, content: Path | bytes | IO[bytes], *, name: str | None = None, type: str | None = None
    ) -> FileView:
        """Stores a file; its `ref` is what a run takes as an input."""
        if isinstance(content, Path):
            with content.open("rb") as opened:
                return self._send(name or content.name, opened, type)
        return self._send(name or "file", content, type)

    def get(self, file_id: str) -> FileView:
        return self._transport.ask(FileView, "GET", f"/files/{file_id}")

    def list(self, *, page: int = 1, page_size: int = 50) -> PageView[FileView]:
        return self._transport.ask(
            PageView[FileView], "GET", "/files", params={"page": page, "page_size": page_size}
        )

    def read(self, file_id: str) -> Iterator[bytes]:
        """The bytes, in pieces. Raises `ApiError` and `Unreachable`."""
        try:
            with self._transport.stream(f"/files/{file_id}/content", timeout=30) as response:
                for piece in response.iter_bytes():
                    yield piece
        except httpx2.TransportError as error:
            raise self._transport.unreachable(error) from error

    def delete(self, file_id: str) -> None:
        self._transport.send("DELETE", f"/files/{file_id}")

    def _send(self, name: str, content: bytes | IO[bytes], type: str | None) -> FileView:
        part = (name, content, type) if type else (name, content)
        return self._transport.ask(FileView, "POST", "/files", files={"file": part})

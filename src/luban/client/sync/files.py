# Generated from luban/client/files.py by ./run fix.

"""Stored files, through the API."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx2

from luban.client.sync.transport import Transport
from luban.model.views import FileLinkView, FileView, ItemsView, PageView, UsageView


class Files:
    """The files of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def upload(
        self,
        content: Path | bytes | IO[bytes],
        *,
        name: str | None = None,
        type: str | None = None,
        path: str | None = None,
    ) -> FileView:
        """Stores a file; its `ref` is what a run takes as an input.

        With a `path` it lies in the workspace, as the newest version of what is there.
        """
        if isinstance(content, Path):
            with content.open("rb") as opened:
                return self._send(name or content.name, opened, type, path)
        return self._send(name or "file", content, type, path)

    def get(self, file_id: str) -> FileView:
        return self._transport.ask(FileView, "GET", f"/files/{file_id}")

    def list(
        self,
        *,
        page: int = 1,
        page_size: int = 50,
        search: str | None = None,
        workspace: str | None = None,
        folder: str | None = None,
        sort: str | None = None,
    ) -> PageView[FileView]:
        """Newest versions; `workspace` is `user`, or `agent:` and an id."""
        given = {"page": page, "page_size": page_size, "search": search, "sort": sort}
        return self._transport.ask(
            PageView[FileView],
            "GET",
            "/files",
            params={**given, "workspace": workspace, "folder": folder},
        )

    def versions(self, file_id: str) -> builtins.list[FileView]:
        """All that is at its path, newest first."""
        found = self._transport.ask(ItemsView[FileView], "GET", f"/files/{file_id}/versions")
        return found.items

    def restore(self, file_id: str) -> FileView:
        """Makes an older version the newest."""
        return self._transport.ask(FileView, "POST", f"/files/{file_id}/restore")

    def move(self, file_id: str, path: str) -> FileView:
        """With its versions, to another path of its workspace."""
        return self._transport.ask(FileView, "PATCH", f"/files/{file_id}", json={"path": path})

    def link(self, file_id: str, *, seconds: int = 3600) -> FileLinkView:
        """An address at which anybody reads it for a while."""
        return self._transport.ask(
            FileLinkView, "POST", f"/files/{file_id}/link", json={"seconds": seconds}
        )

    def usage(self) -> UsageView:
        return self._transport.ask(UsageView, "GET", "/files/usage")

    def set_quota(self, quota: int | None) -> UsageView:
        """How many bytes the team may keep: 0 any number, `None` as the server's settings say."""
        return self._transport.ask(UsageView, "PUT", "/files/quota", json={"quota": quota})

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

    def _send(
        self, name: str, content: bytes | IO[bytes], type: str | None, path: str | None
    ) -> FileView:
        part = (name, content, type) if type else (name, content)
        return self._transport.ask(
            FileView, "POST", "/files", files={"file": part}, params={"path": path}
        )

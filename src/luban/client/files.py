"""Stored files, through the API."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

import httpx2

from luban.client.transport import Transport
from luban.model.views import FileLinkView, FileView, ItemsView, PageView, UsageView


class Files:
    """The files of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def upload(
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
                return await self._send(name or content.name, opened, type, path)
        return await self._send(name or "file", content, type, path)

    async def get(self, file_id: str) -> FileView:
        return await self._transport.ask(FileView, "GET", f"/files/{file_id}")

    async def list(
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
        return await self._transport.ask(
            PageView[FileView],
            "GET",
            "/files",
            params={**given, "workspace": workspace, "folder": folder},
        )

    async def versions(self, file_id: str) -> builtins.list[FileView]:
        """All that is at its path, newest first."""
        found = await self._transport.ask(ItemsView[FileView], "GET", f"/files/{file_id}/versions")
        return found.items

    async def restore(self, file_id: str) -> FileView:
        """Makes an older version the newest."""
        return await self._transport.ask(FileView, "POST", f"/files/{file_id}/restore")

    async def move(self, file_id: str, path: str) -> FileView:
        """With its versions, to another path of its workspace."""
        return await self._transport.ask(
            FileView, "PATCH", f"/files/{file_id}", json={"path": path}
        )

    async def link(self, file_id: str, *, seconds: int = 3600) -> FileLinkView:
        """An address at which anybody reads it for a while."""
        return await self._transport.ask(
            FileLinkView, "POST", f"/files/{file_id}/link", json={"seconds": seconds}
        )

    async def usage(self) -> UsageView:
        return await self._transport.ask(UsageView, "GET", "/files/usage")

    async def set_quota(self, quota: int | None) -> UsageView:
        """How many bytes the team may keep: 0 any number, `None` as the server's settings say."""
        return await self._transport.ask(UsageView, "PUT", "/files/quota", json={"quota": quota})

    async def read(self, file_id: str) -> AsyncIterator[bytes]:
        """The bytes, in pieces. Raises `ApiError` and `Unreachable`."""
        try:
            async with self._transport.stream(f"/files/{file_id}/content", timeout=30) as response:
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx2.TransportError as error:
            raise self._transport.unreachable(error) from error

    async def delete(self, file_id: str) -> None:
        await self._transport.send("DELETE", f"/files/{file_id}")

    async def _send(
        self, name: str, content: bytes | IO[bytes], type: str | None, path: str | None
    ) -> FileView:
        part = (name, content, type) if type else (name, content)
        return await self._transport.ask(
            FileView, "POST", "/files", files={"file": part}, params={"path": path}
        )

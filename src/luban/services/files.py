"""Stored files: uploading, listing, reading, deleting."""

from __future__ import annotations

from collections.abc import AsyncIterator

from luban.model.errors import NotFound
from luban.ports.stores import FileOrder, FileStore, Page, Slice, StoredFile


class Files:
    """The files of an owner."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def upload(
        self, owner: str, name: str, type: str | None, content: AsyncIterator[bytes]
    ) -> StoredFile:
        return await self._store.put(owner, name, type, content)

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]:
        return await self._store.list(owner, part, search=search, sort=sort)

    async def get(self, owner: str, file_id: str) -> StoredFile:
        """Raises `NotFound`."""
        file = await self._store.find(owner, file_id)
        if file is None:
            raise _no_file(file_id)
        return file

    async def open(self, owner: str, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """The record and the bytes in pieces. Raises `NotFound`."""
        file = await self.get(owner, file_id)
        return file, self._store.read(file)

    async def delete(self, owner: str, file_id: str) -> None:
        """Raises `NotFound`."""
        if not await self._store.delete(owner, file_id):
            raise _no_file(file_id)


def reference(file: StoredFile) -> dict[str, object]:
    """How a stored file travels between blocks."""
    return {"$file": file.id, "name": file.name, "type": file.type, "size": file.size}


def _no_file(file_id: str) -> NotFound:
    return NotFound(
        what="file",
        what_zh="文件",
        name=file_id,
        way_out="It may have been deleted; upload it again.",
        way_out_zh="它可能已被删除，请重新上传。",
    )

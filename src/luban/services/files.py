"""Stored files: what their owners do with them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from luban.model.errors import InvalidValue, NotFound
from luban.model.file_paths import checked_path
from luban.ports.files import (
    EVERY_FILE,
    SHARED,
    FileOrder,
    FileStore,
    Place,
    StoredFile,
    Usage,
    Wanted,
)
from luban.ports.stores import Page, Slice
from luban.services.file_links import FileLink, FileLinks
from luban.services.uploads import Uploads


class Files:
    """The files of an owner."""

    def __init__(self, store: FileStore, uploads: Uploads, links: FileLinks) -> None:
        self._store = store
        self._uploads = uploads
        self.links = links

    async def upload(
        self,
        owner: str,
        name: str,
        type: str | None,
        content: AsyncIterator[bytes],
        *,
        path: str = "",
        size: int | None = None,
    ) -> StoredFile:
        """Stores what somebody sends: a file for a run, or at a path of the shared workspace.

        Raises `FileTooLarge`, `FileTypeRefused`, `FileInfected`, `FileNotScanned`,
        `FileQuotaReached`, `BadFilePath`.
        """
        place = Place(SHARED, checked_path(path)) if path else Place()
        checked = self._uploads.checked(name, type, content, size)
        return await self._store.put(owner, name, type, checked, place=place)

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        wanted: Wanted = EVERY_FILE,
        sort: FileOrder = "newest",
    ) -> Page[StoredFile]:
        return await self._store.list(owner, part, wanted=wanted, sort=sort)

    async def get(self, owner: str, file_id: str) -> StoredFile:
        """Raises `NotFound`."""
        file = await self._store.find(owner, file_id)
        if file is None:
            raise no_file(file_id)
        return file

    async def open(self, owner: str, file_id: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """The record and the bytes in pieces. Raises `NotFound`."""
        file = await self.get(owner, file_id)
        return file, self._store.read(file)

    async def versions(self, owner: str, file_id: str) -> list[StoredFile]:
        """Newest first. Raises `NotFound`."""
        await self.get(owner, file_id)
        return await self._store.versions(owner, file_id)

    async def restore(self, owner: str, file_id: str) -> StoredFile:
        """Makes an older version the newest. Raises `NotFound`."""
        file = await self._store.restore(owner, file_id)
        if file is None:
            raise no_file(file_id)
        return file

    async def move(self, owner: str, file_id: str, path: str) -> StoredFile:
        """To a path of its workspace; one that lies nowhere goes to the shared one.

        Raises `NotFound`, `BadFilePath`.
        """
        file = await self.get(owner, file_id)
        moved = await self._store.move(owner, file_id, Place(file.workspace or SHARED, path))
        if moved is None:
            raise no_file(file_id)
        return moved

    async def delete(self, owner: str, file_id: str) -> None:
        """Raises `NotFound`."""
        if not await self._store.delete(owner, file_id):
            raise no_file(file_id)

    async def link(self, owner: str, file_id: str, seconds: int) -> FileLink:
        """An address at which anybody reads it for a while. Raises `NotFound`, `InvalidValue`."""
        return await self.links.make(await self.get(owner, file_id), seconds)

    async def linked(self, token: str) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """Raises `NotFound`."""
        return await self.links.open(token)

    async def usage(self, owner: str) -> Usage:
        return await self._store.usage(owner)

    async def set_quota(self, owner: str, quota: int | None) -> Usage:
        """`None` is what the settings say, 0 any number. Raises `InvalidValue`."""
        if quota is not None and not 0 <= quota <= 1 << 62:
            raise InvalidValue(
                name="quota",
                value=quota,
                expected="it must be a number of bytes, 0 for no bound, or null",
                expected_zh="必须是字节数，0 表示不限，null 表示按设置",
            )
        await self._store.set_quota(owner, quota)
        return await self._store.usage(owner)


def reference(file: StoredFile) -> dict[str, object]:
    """How a stored file travels between blocks."""
    return {"$file": file.id, "name": file.name, "type": file.type, "size": file.size}


def no_file(file_id: str) -> NotFound:
    """There is no such file, or it is another's."""
    return NotFound(
        what="file",
        what_zh="文件",
        name=file_id,
        way_out="It may have been deleted; upload it again.",
        way_out_zh="它可能已被删除，请重新上传。",
    )

"""Stored files: bytes in one place, records in another, and what must hold between the two.

Bytes come before their record and go after it: whatever dies in between leaves bytes that nothing
names, never a file without its bytes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from luban.model.file_paths import checked_path, name_of
from luban.model.ids import new_id
from luban.ports.clock import Clock, SystemClock
from luban.ports.files import (
    EVERY_FILE,
    NOWHERE,
    FileOrder,
    Place,
    StoredFile,
    Usage,
    Wanted,
)
from luban.ports.stored_bytes import BytesMissing, ByteStore, Shown
from luban.ports.stores import Page, Slice
from luban.storage.errors import FileLost, FileQuotaReached, FileTooLarge
from luban.storage.files.naming import HEAD, display_name, tell_type
from luban.storage.files.records import HasFileRecords


class FileBounds(NamedTuple):
    """What the settings allow: bytes of a file, and of all of an owner's (0: any number).

    `versions` is how many are kept of what is at a path.
    """

    limit: int = 512 << 20
    quota: int = 0
    versions: int = 20


UNBOUNDED = FileBounds()
"""As settings that say nothing, without a quota."""


class StoredFiles:
    """`FileStore` over a `ByteStore` and the records of a database."""

    def __init__(
        self,
        content: ByteStore,
        database: HasFileRecords,
        bounds: FileBounds = UNBOUNDED,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._content = content
        self._records = database.file_records
        self._bounds = bounds
        self._clock = clock or SystemClock()

    async def put(
        self,
        owner: str,
        name: str,
        type: str | None,
        content: AsyncIterator[bytes],
        *,
        place: Place = NOWHERE,
    ) -> StoredFile:
        path = checked_path(place.path) if place.workspace else ""
        shown = name_of(path) if path else display_name(name)
        usage = await self.usage(owner)
        head, bounded = await _beginning(_Bounded(shown, self._bounds.limit, usage).of(content))
        kind = tell_type(shown, head, type)
        file_id = new_id("f")
        size = await self._content.put(file_id, bounded, Shown(shown, kind))
        file = StoredFile(
            id=file_id,
            owner=owner,
            name=shown,
            type=kind,
            size=size,
            created_at=self._clock.now(),
            workspace=place.workspace,
            path=path,
            run=place.run,
        )
        try:
            return await self._records.add(
                file, quota=self._bounds.quota, versions=self._bounds.versions
            )
        except BaseException:
            await self._content.delete(file_id)
            raise

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        return await self._records.find(owner, file_id)

    async def find_at(self, owner: str, workspace: str, path: str) -> StoredFile | None:
        return await self._records.find_at(owner, workspace, checked_path(path))

    async def read(self, file: StoredFile) -> AsyncIterator[bytes]:
        try:
            async for piece in self._content.read(file.id):
                yield piece
        except BytesMissing as error:
            raise FileLost(name=file.name, id=file.id, place=self._content.place) from error

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        wanted: Wanted = EVERY_FILE,
        sort: FileOrder = "newest",
    ) -> Page[StoredFile]:
        return await self._records.list(owner, part, wanted=wanted, sort=sort)

    async def versions(self, owner: str, file_id: str) -> list[StoredFile]:
        return await self._records.versions(owner, file_id)

    async def restore(self, owner: str, file_id: str) -> StoredFile | None:
        return await self._records.restore(owner, file_id)

    async def move(self, owner: str, file_id: str, to: Place) -> StoredFile | None:
        path = checked_path(to.path)
        return await self._records.move(owner, file_id, to._replace(path=path), name_of(path))

    async def delete(self, owner: str, file_id: str) -> bool:
        gone = await self._records.delete(owner, file_id)
        for each in gone:
            await self._content.delete(each)
        return bool(gone)

    async def url(self, file: StoredFile, seconds: int) -> str | None:
        return await self._content.url(file.id, seconds)

    async def usage(self, owner: str) -> Usage:
        used = await self._records.usage(owner)
        quota = used.quota if used.own_quota else self._bounds.quota
        return used._replace(quota=quota or None)

    async def set_quota(self, owner: str, quota: int | None) -> None:
        await self._records.set_quota(owner, quota)

    async def unused(self, before: float, limit: int) -> list[StoredFile]:
        return await self._records.unused(before, limit)


class _Bounded:
    """A stream that is refused as soon as it is too long, for a file or for what is left."""

    def __init__(self, name: str, limit: int, usage: Usage) -> None:
        self._name = name
        self._limit = limit
        self._usage = usage

    async def of(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        size, usage = 0, self._usage
        async for piece in content:
            size += len(piece)
            if size > self._limit:
                raise FileTooLarge(name=self._name, limit=self._limit)
            if usage.quota is not None and usage.bytes + size > usage.quota:
                raise FileQuotaReached(
                    name=self._name, size=size, used=usage.bytes, quota=usage.quota
                )
            yield piece


async def _beginning(content: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and the whole stream, these among them."""
    begun: list[bytes] = []
    got = 0
    async for piece in content:
        begun.append(piece)
        got += len(piece)
        if got >= HEAD:
            break

    async def whole() -> AsyncIterator[bytes]:
        for piece in begun:
            yield piece
        begun.clear()
        async for piece in content:
            yield piece

    return b"".join(begun)[:HEAD], whole()

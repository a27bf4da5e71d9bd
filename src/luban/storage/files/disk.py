"""Bytes of files on a disk, by id: written beside their place, moved there when they are whole."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from luban.model.ids import new_id
from luban.ports.clock import Clock, SystemClock
from luban.ports.stores import FileOrder, Page, Slice, StoredFile
from luban.storage.errors import FileLost, FileTooLarge, refused_by_system
from luban.storage.files.naming import HEAD, display_name, tell_type
from luban.storage.files.records import HasFileRecords

PIECE = 1 << 20
LIMIT = 512 << 20
"""Bytes a file may have unless the settings say otherwise."""
_ABANDONED = 3600.0


class DiskFiles:
    """`FileStore` in a folder; at most a few MiB of a file are in memory at any time."""

    def __init__(
        self,
        folder: Path,
        database: HasFileRecords,
        *,
        limit: int = LIMIT,
        clock: Clock | None = None,
    ) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        self._records = database.file_records
        self._limit = limit
        self._clock = clock or SystemClock()
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sweep(self._incoming)
        except OSError as error:
            raise refused_by_system(str(folder), error) from error

    def check_size(self, name: str, size: int) -> None:
        """Raises `FileTooLarge` for an announced size, so that nothing need be read first."""
        if size > self._limit:
            raise FileTooLarge(name=display_name(name), limit=self._limit)

    async def put(
        self, owner: str, name: str, type: str | None, content: AsyncIterator[bytes]
    ) -> StoredFile:
        file_id = new_id("f")
        shown = display_name(name)
        incoming, place = self._incoming / file_id, self._place(file_id)
        try:
            head, size = await self._receive(shown, incoming, content)
            await asyncio.to_thread(_settle, incoming, place)
            file = StoredFile(
                id=file_id,
                owner=owner,
                name=shown,
                type=tell_type(shown, head, type),
                size=size,
                created_at=self._clock.now(),
            )
            await self._records.add(file)
        except BaseException as error:
            incoming.unlink(missing_ok=True)
            place.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise refused_by_system(str(self._folder), error) from error
            raise
        return file

    async def _receive(
        self, name: str, place: Path, content: AsyncIterator[bytes]
    ) -> tuple[bytes, int]:
        """Writes the stream down; its first bytes, and how many there were."""
        head, size, waiting = b"", 0, bytearray()
        with await asyncio.to_thread(place.open, "xb", buffering=0) as file:
            async for piece in content:
                size += len(piece)
                self.check_size(name, size)
                if len(head) < HEAD:
                    head += piece[: HEAD - len(head)]
                waiting += piece
                if len(waiting) >= PIECE:
                    await asyncio.to_thread(_write, file, waiting)
                    waiting = bytearray()
            await asyncio.to_thread(_finish, file, waiting)
        return head, size

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        return await self._records.find(owner, file_id)

    async def read(self, file: StoredFile) -> AsyncIterator[bytes]:
        place = self._place(file.id)
        try:
            opened = await asyncio.to_thread(place.open, "rb", buffering=0)
        except FileNotFoundError as error:
            raise FileLost(name=file.name, id=file.id, place=str(self._folder)) from error
        except OSError as error:
            raise refused_by_system(str(place), error) from error
        with opened:
            while piece := await asyncio.to_thread(opened.read, PIECE):
                yield piece

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]:
        return await self._records.list(owner, part, search=search, sort=sort)

    async def delete(self, owner: str, file_id: str) -> bool:
        if not await self._records.delete(owner, file_id):
            return False
        self._place(file_id).unlink(missing_ok=True)
        return True

    def _place(self, file_id: str) -> Path:
        # The last characters of an id are random, so the folders fill evenly.
        return self._folder / file_id[-2:] / file_id


def _write(file: BinaryIO, content: bytearray) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _finish(file: BinaryIO, content: bytearray) -> None:
    _write(file, content)
    os.fsync(file.fileno())


def _settle(incoming: Path, place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    incoming.rename(place)
    if os.name == "posix":  # a new name is durable only when its folder is
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _sweep(incoming: Path) -> None:
    """Removes what processes that were killed while receiving have left."""
    for abandoned in incoming.iterdir():
        if abandoned.stat().st_mtime < time.time() - _ABANDONED:
            abandoned.unlink(missing_ok=True)

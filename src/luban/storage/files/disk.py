"""Bytes of files on a disk, by key: written beside their place, moved there when they are whole."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO

from luban.ports.stored_bytes import PIECE, BytesCutOff, BytesMissing, BytesThere, Kept, Shown
from luban.storage.errors import refused_by_system

_ABANDONED = 3600.0


class DiskBytes:
    """`ByteStore` in a folder; nothing of a key is taken for a path."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sweep(self._incoming)
        except OSError as error:
            raise refused_by_system(str(folder), error) from error

    @property
    def place(self) -> str:
        return str(self._folder)

    async def put(self, key: str, content: AsyncIterator[bytes], shown: Shown) -> int:
        incoming, place = self._incoming / key, self._place(key)
        try:
            size = await _receive(incoming, content)
            await asyncio.to_thread(_settle, incoming, place)
        except FileExistsError as error:
            raise BytesThere(key=key, place=self.place) from error
        except OSError as error:
            raise refused_by_system(self.place, error) from error
        finally:
            incoming.unlink(missing_ok=True)
        return size

    async def read(self, key: str) -> AsyncIterator[bytes]:
        place = self._place(key)
        try:
            opened = await asyncio.to_thread(_open, place)
        except FileNotFoundError as error:
            raise BytesMissing(key=key, place=self.place) from error
        except OSError as error:
            if error.errno == errno.ELOOP:  # a link is nothing that we have stored
                raise BytesMissing(key=key, place=self.place) from error
            raise refused_by_system(str(place), error) from error
        with opened:
            size, got = os.fstat(opened.fileno()).st_size, 0
            while piece := await asyncio.to_thread(opened.read, PIECE):
                got += len(piece)
                yield piece
        if got < size:
            raise BytesCutOff(key=key, place=self.place, got=got, size=size)

    async def find(self, key: str) -> Kept | None:
        return await asyncio.to_thread(_kept, self._place(key))

    async def delete(self, key: str) -> None:
        try:
            await asyncio.to_thread(self._place(key).unlink, missing_ok=True)
        except OSError as error:  # Windows keeps what is open; the check names it then
            raise refused_by_system(self.place, error) from error

    async def list(self) -> AsyncIterator[Kept]:
        for kept in await asyncio.to_thread(lambda: list(self._all())):
            yield kept

    async def url(self, key: str, seconds: int) -> str | None:
        return None

    async def aclose(self) -> None:
        """Nothing is open."""

    def _all(self) -> Iterator[Kept]:
        found = (path for path in self._folder.glob("??/*") if path.parent != self._incoming)
        for path in sorted(found, key=lambda path: path.name):
            if (kept := _kept(path)) is not None:
                yield kept

    def _place(self, key: str) -> Path:
        if not key.replace("_", "").replace("-", "").isalnum() or not key.isascii():
            raise ValueError(key)  # keys are ids of ours; a path would be a mistake of ours too
        # The last characters of an id are random, so the folders fill evenly.
        return self._folder / key[-2:] / key


def _kept(path: Path) -> Kept | None:
    try:
        facts = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return Kept(path.name, facts.st_size, facts.st_mtime)


def _open(place: Path) -> BinaryIO:
    """Opens a file, and no link to one."""
    return os.fdopen(os.open(place, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb", buffering=0)


async def _receive(place: Path, content: AsyncIterator[bytes]) -> int:
    """Writes the stream down; how many bytes there were."""
    size, waiting = 0, bytearray()
    with await asyncio.to_thread(place.open, "xb", buffering=0) as file:
        async for piece in content:
            size += len(piece)
            waiting += piece
            if len(waiting) >= PIECE:
                await asyncio.to_thread(_write, file, waiting)
                waiting = bytearray()
        await asyncio.to_thread(_finish, file, waiting)
    return size


def _write(file: BinaryIO, content: bytearray) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _finish(file: BinaryIO, content: bytearray) -> None:
    _write(file, content)
    os.fsync(file.fileno())


def _settle(incoming: Path, place: Path) -> None:
    """Moves what is whole to its place. Raises `FileExistsError` when something is there."""
    place.parent.mkdir(exist_ok=True)
    try:
        os.link(incoming, place)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if place.exists():
            raise FileExistsError(place) from None
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

"""Reading zip archives of strangers: what one claims of itself counts for nothing.

Sizes are counted while bytes come out, names are checked before anything is written, links and
encrypted entries are refused, and the list of entries is not read before its own size is known.
"""

from __future__ import annotations

import asyncio
import stat
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, NamedTuple

from luban.sdk import BlockError, Context, FileRef
from luban.sdk.file_paths import BadFilePath, checked_path

_PIECE = 1 << 20
_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 65_535
_BYTES_PER_ENTRY = 2048
"""What an entry of the list may take on average: a name, and a little more."""
_STEEPEST = 1100
"""Deflate makes nothing more than 1,032 times smaller; what claims to be is made to harm."""
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)


class Bounds(NamedTuple):
    """How many files, and how many bytes of all together, may come out of an archive."""

    files: int
    size: int


class Entry:
    """One file of an archive."""

    def __init__(self, archive: Archive, facts: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._facts = facts
        self.path = archive.path_of(facts)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its bytes. Raises `BlockError` once more come than are allowed, whatever was claimed."""
        archive = self._archive
        try:
            with archive.zip.open(self._facts) as opened:
                while piece := await asyncio.to_thread(opened.read, _PIECE):
                    archive.count(len(piece))
                    yield piece
        except _BROKEN as error:
            raise _not_an_archive(archive.name, str(error)) from error


class Archive:
    """An open archive whose list of entries has been looked through."""

    def __init__(self, name: str, opened: zipfile.ZipFile, bounds: Bounds) -> None:
        self.name = name
        self.zip = opened
        self._bounds = bounds
        self._left = bounds.size

    def entries(self, pattern: str) -> Iterator[Entry]:
        """Those that are to come out. Raises `BlockError` before the first if any must not."""
        files = [facts for facts in self.zip.infolist() if not facts.is_dir()]
        if len(files) > self._bounds.files:
            raise self._too_large(f"it holds {len(files)} files", f"包含 {len(files)} 个文件")
        found = [Entry(self, facts) for facts in files]
        wanted = [entry for entry in found if fnmatch(entry.path, pattern)]
        return iter(wanted)

    def path_of(self, facts: zipfile.ZipInfo) -> str:
        """The path of an entry. Raises `BlockError` when it leads elsewhere or is no plain file."""
        if stat.S_IFMT(facts.external_attr >> 16) not in (0, stat.S_IFREG):
            raise _unsafe(self.name, f"`{facts.filename[:80]}` is a link or a device")
        if facts.flag_bits & 1:
            raise BlockError(
                f"`{self.name}` is encrypted. Unpack it with its password first.",
                zh=f"“{self.name}”已加密。请先用密码解开。",
                code="archive_encrypted",
            )
        if facts.file_size > max(facts.compress_size, 1) * _STEEPEST:
            raise _unsafe(self.name, f"`{facts.filename[:80]}` claims an impossible size")
        try:
            return checked_path(facts.filename)
        except BadFilePath as error:
            raise _unsafe(self.name, str(error)) from error

    def count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            most = self._bounds.size
            raise self._too_large(
                f"it unpacks to more than {most} bytes", f"解开后超过 {most} 字节"
            )

    def _too_large(self, what: str, what_zh: str) -> BlockError:
        return BlockError(
            f"`{self.name}` is too large: {what}. Raise the limit if you trust it, or take out "
            "less with a pattern.",
            zh=f"“{self.name}”过大：{what_zh}。如果信任该文件，可提高上限，或用通配符少取一些。",
            code="archive_too_large",
        )


@asynccontextmanager
async def opened(file: FileRef, ctx: Context, bounds: Bounds) -> AsyncIterator[Archive]:
    """The archive in a stored file. Raises `BlockError` for what is none, or is not safe."""
    with tempfile.TemporaryDirectory(prefix="luban-zip-") as folder:
        path = await ctx.files.save(file, Path(folder), "archive.zip")
        try:
            await asyncio.to_thread(_check_list, file.name, path, bounds)
            archive = await asyncio.to_thread(zipfile.ZipFile, path)
        except _BROKEN as error:
            raise _not_an_archive(file.name, str(error)) from error
        with archive:
            yield Archive(file.name, archive, bounds)


def _check_list(name: str, path: Path, bounds: Bounds) -> None:
    """Looks at the end of the archive, where the size of its list stands."""
    with path.open("rb") as opened:
        found, tail = _end_of(opened)
    if found < 0:
        raise zipfile.BadZipFile("it has no list of entries")
    size = int.from_bytes(tail[found + 12 : found + 16], "little")
    if size > bounds.files * _BYTES_PER_ENTRY:
        raise BlockError(
            f"`{name}` is too large: it lists more than {bounds.files} files.",
            zh=f"“{name}”过大：包含的文件超过 {bounds.files} 个。",
            code="archive_too_large",
        )


def _end_of(opened: IO[bytes]) -> tuple[int, bytes]:
    opened.seek(0, 2)
    opened.seek(max(0, opened.tell() - _END_SIZE - _LONGEST_COMMENT))
    tail = opened.read()
    return tail.rfind(_END), tail


def _unsafe(name: str, cause: str) -> BlockError:
    return BlockError(
        f"`{name}` is not unpacked: {cause}.",
        zh=f"未解开“{name}”：其中的内容不安全（{cause}）。",
        code="unsafe_archive",
    )


def _not_an_archive(name: str, cause: str) -> BlockError:
    return BlockError(
        f"`{name}` cannot be read as a zip archive: {cause}. Make it anew.",
        zh=f"“{name}”无法作为 zip 归档读取：{cause}。请重新打包。",
        code="not_an_archive",
    )

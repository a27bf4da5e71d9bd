"""The stored files of a step, kept free of the secrets its run has opened."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from luban.model.hiding import Hidden
from luban.sdk.fields import FileRef
from luban.sdk.files import FileFacts, Files, Scope, Workspace


class _Discreet(Protocol):
    @property
    def hidden(self) -> Hidden | None: ...


class DiscreetFiles:
    """The files of the owner; what is written holds no secret the run has opened."""

    __slots__ = ("_files", "_host")

    def __init__(self, files: Files, host: _Discreet) -> None:
        self._files = files
        self._host = host

    async def read(self, file: FileRef) -> bytes:
        return await self._files.read(file)

    def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        return self._files.stream(file)

    async def write(
        self, name: str, content: bytes, type: str | None = None, *, scope: Scope = "run"
    ) -> FileRef:
        if (hidden := self._host.hidden) is not None:
            name, content = hidden.text(name), hidden.bytes(content)
        return await self._files.write(name, content, type, scope=scope)

    async def write_stream(
        self,
        name: str,
        content: AsyncIterator[bytes],
        type: str | None = None,
        *,
        scope: Scope = "run",
    ) -> FileRef:
        if (hidden := self._host.hidden) is not None:
            name, content = hidden.text(name), without(hidden, content)
        return await self._files.write_stream(name, content, type, scope=scope)

    async def get(self, path: str, *, scope: Workspace = "agent") -> FileRef:
        return await self._files.get(path, scope=scope)

    async def list(
        self, folder: str = "", *, scope: Workspace = "agent", limit: int = 1000
    ) -> builtins.list[FileFacts]:
        return await self._files.list(folder, scope=scope, limit=limit)

    async def info(self, file: FileRef) -> FileFacts:
        return await self._files.info(file)

    async def move(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        return await self._files.move(file, self._shown(path), scope=scope)

    async def copy(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        return await self._files.copy(file, self._shown(path), scope=scope)

    async def delete(self, file: FileRef) -> None:
        await self._files.delete(file)

    async def url(self, file: FileRef, *, seconds: int = 3600) -> str:
        return await self._files.url(file, seconds=seconds)

    async def data_uri(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        return await self._files.data_uri(file, max_bytes=max_bytes)

    async def for_outside(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        return await self._files.for_outside(file, max_bytes=max_bytes)

    async def save(self, file: FileRef, folder: Path, name: str = "") -> Path:
        return await self._files.save(file, folder, name)

    def _shown(self, path: str) -> str:
        hidden = self._host.hidden
        return path if hidden is None else hidden.text(path)


async def without(hidden: Hidden, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream without the secrets, also those that lie across two pieces."""
    kept = b""
    async for piece in content:
        held = hidden.bytes(kept + piece)
        # What could be the beginning of one waits for what follows; a letter may be four bytes.
        keep = min(len(held), hidden.longest * 4)
        kept = held[len(held) - keep :]
        if told := held[: len(held) - keep]:
            yield told
    if kept:
        yield hidden.bytes(kept)

"""What a step may do with stored files: those of its owner, written as its run's or its agent's."""

from __future__ import annotations

import asyncio
import base64
import builtins
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from luban.model.errors import NotFound
from luban.model.file_paths import checked_folder, show_path
from luban.ports.files import (
    SHARED,
    FileStore,
    Place,
    StoredFile,
    Wanted,
    of_agent,
)
from luban.ports.stores import Slice
from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.files import FileFacts, Scope, Workspace
from luban.sdk.memory_files import free_path
from luban.services.file_links import FileLinks
from luban.services.files import no_file, reference


class StepOwner(NamedTuple):
    """On whose behalf a step acts."""

    owner: str
    agent_id: str
    run_id: str

    def place(self, scope: Scope, path: str) -> Place:
        """Where what it writes goes."""
        if scope == "run":
            return Place(run=self.run_id)
        return Place(self.workspace(scope), path, self.run_id)

    def workspace(self, scope: Scope) -> str:
        return SHARED if scope == "user" else of_agent(self.agent_id)


class StepFiles:
    """`Files` of the block author's kit over a `FileStore`."""

    def __init__(self, store: FileStore, links: FileLinks, by: StepOwner) -> None:
        self._store = store
        self._links = links
        self._by = by

    async def read(self, file: FileRef) -> bytes:
        return b"".join([piece async for piece in self.stream(file)])

    async def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        stored = await self._find(file)
        async for piece in self._store.read(stored):
            yield piece

    async def write(
        self, name: str, content: bytes, type: str | None = None, *, scope: Scope = "run"
    ) -> FileRef:
        return await self.write_stream(name, _once(content), type, scope=scope)

    async def write_stream(
        self,
        name: str,
        content: AsyncIterator[bytes],
        type: str | None = None,
        *,
        scope: Scope = "run",
    ) -> FileRef:
        place = self._by.place(scope, name)
        return _ref(await self._store.put(self._by.owner, name, type, content, place=place))

    async def get(self, path: str, *, scope: Workspace = "agent") -> FileRef:
        found = await self._store.find_at(self._by.owner, self._by.workspace(scope), path)
        if found is None:
            raise NotFound(
                what="file",
                what_zh="文件",
                name=show_path(path),
                way_out="The block “List files” shows what is in the workspace.",
                way_out_zh="“列出文件”模块可显示工作区中的文件。",
            )
        return _ref(found)

    async def list(
        self, folder: str = "", *, scope: Workspace = "agent", limit: int = 1000
    ) -> builtins.list[FileFacts]:
        wanted = Wanted(workspace=self._by.workspace(scope), folder=checked_folder(folder))
        part = Slice(1, limit)
        page = await self._store.list(self._by.owner, part, wanted=wanted, sort="name")
        return [self._facts(each) for each in page.items]

    async def info(self, file: FileRef) -> FileFacts:
        return self._facts(await self._find(file))

    async def move(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        moved = await self._store.move(self._by.owner, file.id, self._by.place(scope, path))
        if moved is None:
            raise no_file(file.name)
        return _ref(moved)

    async def copy(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        stored = await self._find(file)
        return await self.write_stream(path, self._store.read(stored), stored.type, scope=scope)

    async def delete(self, file: FileRef) -> None:
        if not await self._store.delete(self._by.owner, file.id):
            raise no_file(file.name)

    async def url(self, file: FileRef, *, seconds: int = 3600) -> str:
        link = await self._links.make(await self._find(file), seconds)
        return link.url

    async def data_uri(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        stored = await self._find(file)
        if stored.size > max_bytes:
            raise BlockError(
                f"`{stored.name}` has {stored.size} bytes, and {max_bytes} go into a data URI "
                "here. Raise the limit, or pass its address or the file itself.",
                zh=f"“{stored.name}”有 {stored.size} 字节，此处数据 URI 最多 {max_bytes} 字节。"
                "请提高上限，或改用链接或文件本身。",
                code="file_too_large",
            )
        content = await self.read(file)
        coded = await asyncio.to_thread(base64.b64encode, content)
        return f"data:{stored.type};base64,{coded.decode()}"

    async def for_outside(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        if self._links.reachable:
            return await self.url(file)
        return await self.data_uri(file, max_bytes=max_bytes)

    async def save(self, file: FileRef, folder: Path, name: str = "") -> Path:
        stored = await self._find(file)
        path = free_path(folder, name or stored.name)
        try:
            with await asyncio.to_thread(path.open, "xb") as opened:
                async for piece in self._store.read(stored):
                    await asyncio.to_thread(opened.write, piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    async def _find(self, file: FileRef) -> StoredFile:
        stored = await self._store.find(self._by.owner, file.id)
        if stored is None:
            raise no_file(file.name)
        return stored

    def _facts(self, file: StoredFile) -> FileFacts:
        scope: Scope = "run" if not file.workspace else "agent"
        if file.workspace == SHARED:
            scope = "user"
        return FileFacts(_ref(file), scope, file.path, file.version, file.created_at)


def _ref(file: StoredFile) -> FileRef:
    return FileRef.model_validate(reference(file))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content

"""Stored files kept in a dict, for tests of blocks."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

from luban.model.file_paths import checked_folder, checked_path, fit_name, name_of
from luban.sdk.errors import BlockError
from luban.sdk.fields import FileRef
from luban.sdk.files import FileFacts, Scope, Workspace

_PIECE = 1 << 20


class MemoryFiles:
    """`Files` without a store; `by_path` has what lies in the workspaces."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}
        self._facts: dict[str, FileFacts] = {}
        self.by_path: dict[tuple[Workspace, str], list[str]] = {}

    def put(
        self,
        name: str,
        content: bytes | str,
        type: str = "",
        id: str = "",
        *,
        path: str = "",
        scope: Workspace = "agent",
    ) -> FileRef:
        """Stores a file before the block runs, and gives the reference to hand to it.

        With a `path` it lies in a workspace.
        """
        raw = content.encode() if isinstance(content, str) else content
        file_id = id or f"f_{len(self._contents) + 1}"
        self._contents[file_id] = raw
        kind = type or "application/octet-stream"
        file = FileRef.model_validate(
            {"$file": file_id, "name": name, "type": kind, "size": len(raw)}
        )
        self._place(file, path, scope if path else "run")
        return file

    async def read(self, file: FileRef) -> bytes:
        return self._bytes(file)

    async def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        content = self._bytes(file)
        for start in range(0, len(content), _PIECE):
            yield content[start : start + _PIECE]

    async def write(
        self, name: str, content: bytes, type: str | None = None, *, scope: Scope = "run"
    ) -> FileRef:
        if scope == "run":
            return self.put(name, content, type or "")
        path = checked_path(name)
        return self.put(name_of(path), content, type or "", path=path, scope=scope)

    async def write_stream(
        self,
        name: str,
        content: AsyncIterator[bytes],
        type: str | None = None,
        *,
        scope: Scope = "run",
    ) -> FileRef:
        whole = b"".join([piece async for piece in content])
        return await self.write(name, whole, type, scope=scope)

    async def get(self, path: str, *, scope: Workspace = "agent") -> FileRef:
        versions = self.by_path.get((scope, checked_path(path)))
        if not versions:
            raise BlockError(f"There is no file at `{path}`.", code="not_found")
        return self._facts[versions[-1]].file

    async def list(
        self, folder: str = "", *, scope: Workspace = "agent", limit: int = 1000
    ) -> list[FileFacts]:
        below = checked_folder(folder)
        found = [
            self._facts[versions[-1]]
            for (where, path), versions in sorted(self.by_path.items())
            if where == scope and versions and (not below or path.startswith(f"{below}/"))
        ]
        return found[:limit]

    async def info(self, file: FileRef) -> FileFacts:
        self._bytes(file)
        return self._facts[file.id]

    async def move(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        self._bytes(file)
        path, facts = checked_path(path), self._facts[file.id]
        moved = [file.id]
        if facts.scope != "run":
            moved = self.by_path.pop((facts.scope, facts.path))
        for each in moved:
            known = self._facts[each].file
            self._place(known.model_copy(update={"name": name_of(path)}), path, scope)
        return self._facts[moved[-1]].file

    async def copy(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        return await self.write(path, self._bytes(file), file.type, scope=scope)

    async def delete(self, file: FileRef) -> None:
        self._bytes(file)
        facts = self._facts[file.id]
        going = [file.id]
        if facts.scope != "run":
            going = self.by_path.pop((facts.scope, facts.path))
        for each in going:
            del self._contents[each]

    async def url(self, file: FileRef, *, seconds: int = 3600) -> str:
        self._bytes(file)
        return f"https://files.test/{file.id}?seconds={seconds}"

    async def data_uri(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        content = self._bytes(file)
        if len(content) > max_bytes:
            raise BlockError(f"`{file.name}` is larger than {max_bytes}.", code="file_too_large")
        return f"data:{file.type};base64,{base64.b64encode(content).decode()}"

    async def for_outside(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        return await self.data_uri(file, max_bytes=max_bytes)

    async def save(self, file: FileRef, folder: Path, name: str = "") -> Path:
        path = free_path(folder, name or file.name)
        path.write_bytes(self._bytes(file))
        return path

    def _bytes(self, file: FileRef) -> bytes:
        if file.id not in self._contents:
            raise BlockError(f"There is no file `{file.id}`.", code="not_found")
        return self._contents[file.id]

    def _place(self, file: FileRef, path: str, scope: Scope) -> None:
        version = 0
        if scope != "run":
            versions = self.by_path.setdefault((scope, path), [])
            versions.append(file.id)
            version = len(versions)
        self._facts[file.id] = FileFacts(file, scope, path, version)


def free_path(folder: Path, name: str) -> Path:
    """A path of this name in the folder at which there is nothing yet, also no broken link."""
    fit = fit_name(name)
    stem, dot, ending = fit.rpartition(".")
    if not stem:
        stem, dot, ending = fit, "", ""
    path, number = folder / fit, 1
    while path.exists() or path.is_symlink():
        number += 1
        path = folder / f"{stem} ({number}){dot}{ending}"
    return path

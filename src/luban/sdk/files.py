"""Stored files as blocks see them: references, read as streams; places in two workspaces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from luban.sdk.fields import FileRef

Scope = Literal["run", "agent", "user"]
"""Whose a file is: its run's, which goes with the run; or at a path of the agent's workspace, or of
the workspace that all agents of the owner share."""
Workspace = Literal["agent", "user"]


class FileFacts(NamedTuple):
    """What is known of a stored file; `path` and `version` are 0 and empty for one of a run."""

    file: FileRef
    scope: Scope = "run"
    path: str = ""
    version: int = 0
    created_at: float = 0.0


class Files(Protocol):
    """Stored files of the run's owner. What a reference names never changes.

    Writing to a path that is taken makes a new version there; older references go on naming the
    older bytes. Paths are like `reports/2026/sales.csv`: no `..`, no beginning `/`.
    """

    async def read(self, file: FileRef) -> bytes:
        """All of the bytes; `stream` is for files that should not be held whole."""
        ...

    def stream(self, file: FileRef) -> AsyncIterator[bytes]:
        """The bytes in pieces of at most 1 MiB, also while somebody deletes the file."""
        ...

    async def write(
        self, name: str, content: bytes, type: str | None = None, *, scope: Scope = "run"
    ) -> FileRef:
        """Stores a file and gives its reference; the type is told from content and name.

        In a workspace the name is a path. Raises `file_too_large`, `file_quota_reached` and
        `bad_file_path`.
        """
        ...

    async def write_stream(
        self,
        name: str,
        content: AsyncIterator[bytes],
        type: str | None = None,
        *,
        scope: Scope = "run",
    ) -> FileRef:
        """As `write`, holding a few MiB at a time; nothing is stored if the stream breaks off."""
        ...

    async def get(self, path: str, *, scope: Workspace = "agent") -> FileRef:
        """The newest version at a path. Raises `not_found`."""
        ...

    async def list(
        self, folder: str = "", *, scope: Workspace = "agent", limit: int = 1000
    ) -> list[FileFacts]:
        """The newest versions of everything below a folder, by path."""
        ...

    async def info(self, file: FileRef) -> FileFacts: ...

    async def move(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        """Gives a file, with its older versions, another place; what is there gets a version."""
        ...

    async def copy(self, file: FileRef, path: str, *, scope: Workspace = "agent") -> FileRef:
        """Its bytes once more, under another path."""
        ...

    async def delete(self, file: FileRef) -> None:
        """Deletes a file and the older versions of its path. Raises `not_found`."""
        ...

    # -- what a consumer needs, where a reference says nothing to it

    async def url(self, file: FileRef, *, seconds: int = 3600) -> str:
        """An address that anybody can read it at for a while, and nothing else."""
        ...

    async def data_uri(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        """`data:image/png;base64,…`. Raises `file_too_large`."""
        ...

    async def for_outside(self, file: FileRef, *, max_bytes: int = 10_000_000) -> str:
        """Its `url` where others reach this server or its store, else its `data_uri`."""
        ...

    async def save(self, file: FileRef, folder: Path, name: str = "") -> Path:
        """Writes it into a folder, such as a sandbox's, and gives the path.

        The name is made fit to be one, and another when it is taken there.
        """
        ...

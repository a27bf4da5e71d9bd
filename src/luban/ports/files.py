"""Stored files: their records, where they lie in a workspace, and how much an owner keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal, NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from luban.ports.stores import Page, Slice

FileOrder = Literal["newest", "name", "size"]

SHARED = "user"
"""The workspace that all agents of an owner share."""
LET_GO = "-"
"""Stands for the run of a file that no longer has a place: it goes once nobody refers to it."""


def of_agent(agent_id: str) -> str:
    """The workspace of an agent."""
    return f"agent:{agent_id}"


class StoredFile(BaseModel):
    """A stored file without its bytes, which never change.

    In a workspace it is one version of what is at its path. A file without one lies nowhere: it
    was uploaded for a run, or made by one, and `run` is which.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    name: str
    type: str
    size: int
    created_at: float
    workspace: str = ""
    path: str = ""
    version: int = 0
    newest: bool = True
    run: str = ""


class Place(NamedTuple):
    """Where a file is put: at a path of a workspace, or nowhere; and by which run."""

    workspace: str = ""
    path: str = ""
    run: str = ""


NOWHERE = Place()


class Wanted(NamedTuple):
    """Which files of a list: those of a workspace, below a folder; by default all.

    `loose` are those that lie nowhere. A search is a part of the name, upper or lower case.
    """

    search: str = ""
    workspace: str = ""
    folder: str = ""
    loose: bool = False


EVERY_FILE = Wanted()


class Usage(NamedTuple):
    """How much an owner keeps; of `quota` bytes at most, `None` is any number."""

    bytes: int
    files: int
    quota: int | None
    own_quota: bool = False


class FileStore(Protocol):
    """Files: their records, and their bytes."""

    async def put(
        self,
        owner: str,
        name: str,
        type: str | None,
        content: AsyncIterator[bytes],
        *,
        place: Place = NOWHERE,
    ) -> StoredFile:
        """Stores a stream; nothing is left behind if it breaks off.

        At a path that is taken it is the newest version. Raises `FileTooLarge`,
        `FileQuotaReached`, `BadFilePath`.
        """
        ...

    async def find(self, owner: str, file_id: str) -> StoredFile | None: ...

    async def find_at(self, owner: str, workspace: str, path: str) -> StoredFile | None:
        """The newest version at a path."""
        ...

    def read(self, file: StoredFile) -> AsyncIterator[bytes]:
        """The bytes, in pieces of at most 1 MiB. Raises `FileLost`."""
        ...

    async def list(
        self,
        owner: str,
        part: Slice,
        *,
        wanted: Wanted = EVERY_FILE,
        sort: FileOrder = "newest",
    ) -> Page[StoredFile]:
        """Older versions are not among them."""
        ...

    async def versions(self, owner: str, file_id: str) -> list[StoredFile]:
        """All at the file's path, newest first; of one that lies nowhere itself."""
        ...

    async def restore(self, owner: str, file_id: str) -> StoredFile | None:
        """Makes an older version the newest."""
        ...

    async def move(self, owner: str, file_id: str, to: Place) -> StoredFile | None:
        """Gives a file and its versions another place; above the versions that are there."""
        ...

    async def delete(self, owner: str, file_id: str) -> bool:
        """The newest takes the older ones with it; an older one goes alone."""
        ...

    async def url(self, file: StoredFile, seconds: int) -> str | None:
        """An address of the store's own, `None` if it has none."""
        ...

    async def usage(self, owner: str) -> Usage: ...

    async def set_quota(self, owner: str, quota: int | None) -> None:
        """`None` is what the settings say, 0 any number."""
        ...

    async def unused(self, before: float, limit: int) -> list[StoredFile]:
        """Of all owners: files of runs that are gone, made before, that nothing refers to."""
        ...

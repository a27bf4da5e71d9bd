"""What a store of bytes needs of a database: the records of its files."""

from __future__ import annotations

from typing import Protocol

from luban.ports.files import FileOrder, Place, StoredFile, Usage, Wanted
from luban.ports.stores import Page, Slice


class FileRecords(Protocol):
    """Files without their bytes; every question names the owner."""

    async def add(self, file: StoredFile, *, quota: int, versions: int) -> StoredFile:
        """Adds a record; at a path that is taken it gets the next version there.

        Of more than `versions` the oldest lose their place. Raises `FileQuotaReached` when the
        owner would keep more than `quota` bytes, or than an own quota; 0 is any number.
        """
        ...

    async def find(self, owner: str, file_id: str) -> StoredFile | None: ...

    async def find_at(self, owner: str, workspace: str, path: str) -> StoredFile | None: ...

    async def list(
        self, owner: str, part: Slice, *, wanted: Wanted, sort: FileOrder
    ) -> Page[StoredFile]: ...

    async def versions(self, owner: str, file_id: str) -> list[StoredFile]: ...

    async def restore(self, owner: str, file_id: str) -> StoredFile | None: ...

    async def move(self, owner: str, file_id: str, to: Place, name: str) -> StoredFile | None: ...

    async def delete(self, owner: str, file_id: str) -> list[str]:
        """The ids of those that are gone."""
        ...

    async def usage(self, owner: str) -> Usage:
        """`quota` is the owner's own, `None` if there is none."""
        ...

    async def set_quota(self, owner: str, quota: int | None) -> None: ...

    async def unused(self, before: float, limit: int) -> list[StoredFile]:
        """Of all owners: files without a place whose runs are gone and that nothing refers to."""
        ...


class HasFileRecords(Protocol):
    """Any of the databases."""

    @property
    def file_records(self) -> FileRecords: ...

"""What a store of bytes needs of a database: the records of its files."""

from __future__ import annotations

from typing import Protocol

from luban.ports.stores import FileOrder, Page, Slice, StoredFile


class FileRecords(Protocol):
    """Files without their bytes; every question names the owner."""

    async def add(self, file: StoredFile) -> None: ...

    async def find(self, owner: str, file_id: str) -> StoredFile | None: ...

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]: ...

    async def delete(self, owner: str, file_id: str) -> bool: ...


class HasFileRecords(Protocol):
    """Any of the databases."""

    @property
    def file_records(self) -> FileRecords: ...

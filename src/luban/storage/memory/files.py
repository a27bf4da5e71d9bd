"""Records of stored files in memory."""

from __future__ import annotations

from luban.ports.stores import FileOrder, Page, Slice, StoredFile
from luban.storage.memory.tables import Tables, page


class MemoryFileRecords:
    """`FileRecords` over `Tables`."""

    def __init__(self, tables: Tables) -> None:
        self._files = tables.files

    async def add(self, file: StoredFile) -> None:
        self._files[file.id] = file

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        file = self._files.get(file_id)
        return file if file and file.owner == owner else None

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]:
        found = [
            file
            for file in self._files.values()
            if file.owner == owner and search.lower() in file.name.lower()
        ]
        if sort == "newest":
            found.sort(key=lambda file: (file.created_at, file.id), reverse=True)
        elif sort == "name":
            found.sort(key=lambda file: (file.name.lower(), file.id))
        else:
            found.sort(key=lambda file: (-file.size, file.id))
        return page(found, part)

    async def delete(self, owner: str, file_id: str) -> bool:
        if await self.find(owner, file_id) is None:
            return False
        del self._files[file_id]
        return True

"""Files with their bytes in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

from luban.model.ids import new_id
from luban.ports.clock import Clock, SystemClock
from luban.ports.stores import FileOrder, Page, Slice, StoredFile
from luban.storage.errors import FileLost, FileTooLarge
from luban.storage.files.naming import HEAD, display_name, tell_type
from luban.storage.files.records import HasFileRecords

_PIECE = 1 << 20


class MemoryFiles:
    """`FileStore` for tests and small things."""

    def __init__(
        self, database: HasFileRecords, *, limit: int = 64 << 20, clock: Clock | None = None
    ) -> None:
        self._records = database.file_records
        self._limit = limit
        self._clock = clock or SystemClock()
        self._bytes: dict[str, bytes] = {}

    def check_size(self, name: str, size: int) -> None:
        """Raises `FileTooLarge` for an announced size, so that nothing need be read first."""
        if size > self._limit:
            raise FileTooLarge(name=display_name(name), limit=self._limit)

    async def put(
        self, owner: str, name: str, type: str | None, content: AsyncIterator[bytes]
    ) -> StoredFile:
        shown = display_name(name)
        received = bytearray()
        async for piece in content:
            received += piece
            self.check_size(shown, len(received))
        file = StoredFile(
            id=new_id("f"),
            owner=owner,
            name=shown,
            type=tell_type(shown, bytes(received[:HEAD]), type),
            size=len(received),
            created_at=self._clock.now(),
        )
        self._bytes[file.id] = bytes(received)
        await self._records.add(file)
        return file

    async def find(self, owner: str, file_id: str) -> StoredFile | None:
        return await self._records.find(owner, file_id)

    async def read(self, file: StoredFile) -> AsyncIterator[bytes]:
        content = self._bytes.get(file.id)
        if content is None:
            raise FileLost(name=file.name, id=file.id, place="memory")
        for start in range(0, len(content), _PIECE):
            yield content[start : start + _PIECE]

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: FileOrder = "newest"
    ) -> Page[StoredFile]:
        return await self._records.list(owner, part, search=search, sort=sort)

    async def delete(self, owner: str, file_id: str) -> bool:
        if not await self._records.delete(owner, file_id):
            return False
        self._bytes.pop(file_id, None)
        return True

"""The full twin of the databases in memory: for tests, for trying out, and for `luban run`."""

from __future__ import annotations

from luban.ports.clock import Clock, SystemClock
from luban.storage.memory.agents import MemoryAgentStore
from luban.storage.memory.bytes import MemoryFiles
from luban.storage.memory.files import MemoryFileRecords
from luban.storage.memory.journal import MemoryJournal
from luban.storage.memory.queue import MemoryQueue
from luban.storage.memory.replies import MemoryReplyStore
from luban.storage.memory.runs import MemoryRunStore
from luban.storage.memory.state import MemoryStateStore
from luban.storage.memory.tables import Tables

__all__ = ["MemoryDatabase", "MemoryFiles", "Tables"]


class MemoryDatabase:
    """Every port over `tables`; a second one over the same tables is a second worker."""

    kind = "memory"

    def __init__(self, tables: Tables | None = None, *, clock: Clock | None = None) -> None:
        self.tables = tables or Tables()
        clock = clock or SystemClock()
        self.queue = MemoryQueue(self.tables, clock)
        self.journal = MemoryJournal(self.tables, self.queue)
        self.agents = MemoryAgentStore(self.tables, clock)
        self.runs = MemoryRunStore(self.tables)
        self.state = MemoryStateStore(self.tables)
        self.replies = MemoryReplyStore(self.tables)
        self.file_records = MemoryFileRecords(self.tables)

    async def close(self) -> None:
        """Hands back the worker's runs, if there is one."""
        await self.queue.unregister()

"""Answers kept for repeated requests in memory."""

from __future__ import annotations

from luban.storage.memory.tables import Tables
from luban.storage.sql.replies import KEPT_FOR


class MemoryReplyStore:
    """`ReplyStore` over `Tables`; the first answer to a key stays."""

    def __init__(self, tables: Tables) -> None:
        self._replies = tables.replies

    async def find(self, owner: str, key: str) -> tuple[int, bytes, str] | None:
        found = self._replies.get((owner, key))
        return found[:3] if found else None

    async def save(
        self, owner: str, key: str, status: int, body: bytes, fingerprint: str, at: float
    ) -> None:
        for name, reply in list(self._replies.items()):
            if name[0] == owner and reply[3] < at - KEPT_FOR:
                del self._replies[name]
        self._replies.setdefault((owner, key), (status, body, fingerprint, at))

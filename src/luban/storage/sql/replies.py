"""Answers kept for repeated requests as rows."""

from __future__ import annotations

from luban.storage.sql.database import Database, find

KEPT_FOR = 24 * 3600.0
"""Seconds an answer is kept; a client that repeats a request later makes a new one."""

FIND = "select status, body, fingerprint from replies where owner = :owner and key = :key"
FORGET = "delete from replies where owner = :owner and created_at < :before"
SAVE = """
insert into replies (owner, key, status, body, fingerprint, created_at)
values (:owner, :key, :status, :body, :fingerprint, :at) on conflict (owner, key) do nothing"""


class SqlReplyStore:
    """`ReplyStore` over any `Database`; the first answer to a key stays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, owner: str, key: str) -> tuple[int, bytes, str] | None:
        row = await find(self._database, FIND, owner=owner, key=key)
        return (row["status"], bytes(row["body"]), row["fingerprint"]) if row else None

    async def save(
        self, owner: str, key: str, status: int, body: bytes, fingerprint: str, at: float
    ) -> None:
        async with self._database.transaction() as session:
            await session.execute(FORGET, owner=owner, before=at - KEPT_FOR)
            await session.execute(
                SAVE,
                owner=owner,
                key=key,
                status=status,
                body=body,
                fingerprint=fingerprint,
                at=at,
            )

"""One at a time through a decision that needs several rows, on every database.

Where transactions that write come one after the other anyway, this only costs two statements.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from luban.storage.sql.database import Session

# A second one that inserts the same key waits until the first one's transaction is over.
ENTER = """
insert into one_time (kind, digest, data, created_at, expires_at)
values ('alone', :name, '', 0, 0)
on conflict (kind, digest) do update set created_at = 0"""
LEAVE = "delete from one_time where kind = 'alone' and digest = :name"


@asynccontextmanager
async def alone(session: Session, *names: str) -> AsyncIterator[None]:
    """Nobody else is in a block of this name until the transaction is over, leaving no trace."""
    keys = [name.encode() for name in sorted(names)]
    for key in keys:
        await session.execute(ENTER, name=key)
    yield
    for key in keys:
        await session.execute(LEAVE, name=key)

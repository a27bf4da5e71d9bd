"""A PostgreSQL database, looked at while others use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg

from luban.storage.backup.postgres import postgres_snapshot
from luban.storage.checking.flaws import Flaw, flaw
from luban.storage.checking.records import SHOWN, check_records, files_there
from luban.storage.migrations import revisions
from luban.storage.postgres.address import Address

_MORE = {
    "event_unreadable": f"""
select journal.id as event, coalesce(runs.id, '?') as run
from journal left join runs on runs.seq = journal.run
where journal.blob is null and journal.data is null order by journal.id limit {SHOWN}""",
    "payload_changed": f"""
select coalesce(runs.id, '?') as run from blobs left join runs on runs.seq = blobs.run
where encode(sha256(blobs.data), 'hex') <> blobs.hash limit {SHOWN}""",
}
_DAMAGED = (asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError, asyncpg.PostgresIOError)


async def check_postgres(address: Address, home: Path) -> list[Flaw]:
    """Everything found wrong, at one instant; every row is read. Raises what opening raises."""
    there = files_there(home)
    async with postgres_snapshot(address) as snapshot:
        for table in snapshot.tables:
            try:
                await snapshot.ask(f'select count(t) from "{table.name}" t')
            except _DAMAGED as error:
                cause = f"{table.name}: {error}"
                # The transaction is over, and what a damaged table answers means nothing.
                return [flaw("damaged", place=address.place, cause=cause)]
        head = revisions()[-1]
        if snapshot.revision != head:
            return [flaw("behind", place=address.place, found=snapshot.revision, head=head)]

        async def ask(statement: str) -> list[dict[str, Any]]:
            return [dict(row) for row in await snapshot.ask(statement)]

        return await check_records(ask, home, there, _MORE)

"""The secrets of apps for one-time codes, as the rotation of keys sees them."""

from __future__ import annotations

from collections import Counter

from luban.ports.sealed_bytes import packed, unpacked
from luban.ports.vault import Sealed, SealedRecord
from luban.storage.sql.database import Database

SEALED = """
select id, user_id, secret from factors where kind = 'totp' and id > :after
order by id limit :limit"""
RESEAL = """
update factors set secret = :new where id = :id and user_id = :user and secret = :old"""
_BATCH = 500


class SqlFactorSecrets:
    """`SealedRecords` of the table `factors`; its owners are users.

    The key's name stands in the secret itself: people have a handful of apps, so all are read.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sealed_with(self, key: str, limit: int, after: str = "") -> list[SealedRecord]:
        found: list[SealedRecord] = []
        while len(found) < limit:
            batch = await self._batch(after)
            found += [record for record in batch if record.secret.key == key]
            if len(batch) < _BATCH:
                break
            after = batch[-1].id
        return found[:limit]

    async def reseal(self, owner: str, row_id: str, old: Sealed, new: Sealed) -> bool:
        values = {"user": owner, "id": row_id, "old": packed(old), "new": packed(new)}
        async with self._database.transaction() as session:
            return await session.execute(RESEAL, **values) == 1

    async def keys(self) -> dict[str, int]:
        counts: Counter[str] = Counter()
        after = ""
        while batch := await self._batch(after):
            counts.update(record.secret.key for record in batch)
            after = batch[-1].id
        return dict(counts)

    async def _batch(self, after: str) -> list[SealedRecord]:
        rows = await self._database.fetch(SEALED, after=after, limit=_BATCH)
        return [
            SealedRecord(row["user_id"], row["id"], unpacked(bytes(row["secret"]))) for row in rows
        ]

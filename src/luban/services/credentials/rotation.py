"""Sealing everything under the current key while all goes on; once stopped, it resumes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import NamedTuple

from luban.ports.vault import (
    CredentialStore,
    KeyLost,
    Keys,
    SealBroken,
    SealedRecords,
    Sealing,
)

log = logging.getLogger(__name__)

_BATCH = 100


class KeyState(NamedTuple):
    """A key, whether it is in the ring, and what lies under it."""

    id: str
    current: bool
    here: bool
    records: int


class Rotated(NamedTuple):
    """What a rotation came to; `lost` are rows whose key is gone, `broken` spoilt ones."""

    key: str
    resealed: int
    lost: int
    broken: int


class KeyRotation:
    """The keys of the installation and all that is sealed with them, by table."""

    def __init__(
        self,
        keys: Keys,
        sealing: Sealing,
        credentials: CredentialStore,
        more: Mapping[str, SealedRecords] | None = None,
    ) -> None:
        self._keys = keys
        self._sealing = sealing
        self._credentials = credentials
        self._tables: dict[str, SealedRecords] = {"credentials": credentials, **(more or {})}

    async def state(self) -> list[KeyState]:
        """Keys of the ring in their order, then those that are only in records."""
        await asyncio.to_thread(self._keys.read_again)
        counts = await self._counts()
        ring = self._keys.ids
        return [
            KeyState(key, key == self._keys.current, key in ring, counts.get(key, 0))
            for key in [*ring, *sorted(counts.keys() - set(ring))]
        ]

    async def look(self) -> list[str]:
        """Marks credentials whose key is gone, or is back; the keys that are gone."""
        await asyncio.to_thread(self._keys.read_again)
        gone: list[str] = []
        for key in await self._credentials.keys():
            here = key in self._keys.ids
            await self._credentials.key_is_there(key, here)
            if not here:
                gone.append(key)
        if gone:
            log.error(
                "credentials are sealed with keys that are not in the key ring: %s. Put them back, "
                "or enter these credentials again; they are marked on the page Credentials.",
                ", ".join(gone),
            )
        return gone

    async def rotate(self, *, new_key: bool = False) -> Rotated:
        """Raises `KeysAreGiven` when a new key is wanted and keys come from outside."""
        if new_key:
            await asyncio.to_thread(self._keys.add)
        await asyncio.to_thread(self._keys.read_again)
        total = Rotated(self._keys.current, 0, 0, 0)
        for table, records in self._tables.items():
            for key in await records.keys():
                if key != total.key:
                    done = await self._reseal(table, records, key)
                    total = total._replace(
                        resealed=total.resealed + done.resealed,
                        lost=total.lost + done.lost,
                        broken=total.broken + done.broken,
                    )
        await self.look()
        log.info("sealed %d records under the key %s", total.resealed, total.key)
        return total

    async def _reseal(self, table: str, records: SealedRecords, key: str) -> Rotated:
        """Everything of a table under one key.

        A row that somebody changed meanwhile is left: it is under the current key already.
        """
        resealed = lost = broken = 0
        after = ""
        while batch := await records.sealed_with(key, _BATCH, after):
            for owner, row, secret in batch:
                try:
                    content = self._sealing.open(secret, table, row, owner)
                except KeyLost:
                    lost += 1
                except SealBroken:
                    broken += 1
                else:
                    sealed = self._sealing.seal(content, table, row, owner)
                    resealed += await records.reseal(owner, row, secret, sealed)
            after = batch[-1].id
            await asyncio.sleep(0)
        return Rotated(key, resealed, lost, broken)

    async def _counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for records in self._tables.values():
            for key, count in (await records.keys()).items():
                counts[key] = counts.get(key, 0) + count
        return counts

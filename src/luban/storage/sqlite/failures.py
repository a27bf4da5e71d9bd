"""What SQLite's result codes mean to the people who read the sentence."""

from __future__ import annotations

import sqlite3

from luban.model.errors import LubanError
from luban.ports.journal import StorageFull
from luban.storage.errors import (
    DatabaseDamaged,
    DataFolderNotWritable,
    NotADatabase,
    StorageBroken,
    StorageBusy,
    StorageConflict,
    ValueRefused,
)

# On a full disk the file that readers share cannot grow either, which has a code of its own.
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


FAILED = (sqlite3.Error, OverflowError)
"""Whatever may come of a statement; numbers beyond 64 bits do not even reach the file."""


def is_busy(error: Exception) -> bool:
    """Whether another connection merely was first."""
    return _primary(error) in _BUSY


def translate(error: Exception, place: str, seconds: float = 0) -> LubanError:
    """The error to raise from this one; `seconds` is how long a lock was waited for."""
    cause = str(error)
    if isinstance(error, (OverflowError, sqlite3.DataError)):
        return ValueRefused(cause=cause)
    primary = _primary(error)
    if primary in _FULL or getattr(error, "sqlite_errorcode", 0) in _FULL:
        return StorageFull(place=place, cause=cause)
    if primary in _BUSY:
        return StorageBusy(place=place, seconds=round(seconds, 1))
    if primary == sqlite3.SQLITE_NOTADB:
        return NotADatabase(place=place, cause=cause)
    if primary == sqlite3.SQLITE_CORRUPT:
        return DatabaseDamaged(place=place, cause=cause)
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return DataFolderNotWritable(place=place, cause=cause)
    if primary == sqlite3.SQLITE_CONSTRAINT:
        return StorageConflict(cause=cause)
    return StorageBroken(place=place, cause=cause)


def _primary(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF

"""What the errors of PostgreSQL and its driver mean to the people who read the sentence."""

from __future__ import annotations

import asyncpg
from asyncpg import exceptions as pg

from luban.model.errors import LubanError
from luban.ports.journal import StorageFull
from luban.storage.errors import StorageBroken, StorageBusy, StorageConflict, ValueRefused
from luban.storage.postgres.errors import (
    DatabaseMissing,
    DatabaseRefused,
    DatabaseUnreachable,
)

FAILED = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""Whatever may come of asking the server."""
_LOST = (
    pg.PostgresConnectionError,
    pg.OperatorInterventionError,  # shut down, crashed, starting up, told to cancel
    pg.ReadOnlySQLTransactionError,  # a stand-by took the address of the server it replaces
    pg.TooManyConnectionsError,
    pg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
_REFUSED = (
    pg.InvalidAuthorizationSpecificationError,
    pg.InsufficientPrivilegeError,
    pg.InvalidSchemaNameError,  # what it says when no schema may be used
)


def is_lost(error: BaseException) -> bool:
    """Whether asking again on a new connection may help."""
    if isinstance(error, asyncpg.DataError):
        return False
    return isinstance(error, _LOST)


def is_collision(error: BaseException) -> bool:
    """Whether another transaction was in the way and the same statement may just be repeated."""
    return isinstance(error, (pg.DeadlockDetectedError, pg.SerializationError))


def translate(error: BaseException, place: str) -> LubanError:
    """The error to raise from this one."""
    cause = _cause(error)
    if isinstance(error, pg.DiskFullError):
        return StorageFull(place=place, cause=cause)
    if isinstance(error, pg.InvalidCatalogNameError):
        return DatabaseMissing(place=place, name=place.rpartition("/")[2])
    if isinstance(error, _REFUSED):
        return DatabaseRefused(place=place, cause=cause)
    if isinstance(error, (pg.DataError, asyncpg.DataError)):
        return ValueRefused(cause=cause)
    if isinstance(error, pg.IntegrityConstraintViolationError):
        return StorageConflict(cause=cause)
    if isinstance(error, (pg.LockNotAvailableError, pg.DeadlockDetectedError)):
        return StorageBusy(place=place, seconds="?")
    if is_lost(error):
        return DatabaseUnreachable(place=place, cause=cause)
    return StorageBroken(place=place, cause=cause)


def _cause(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ConnectionError):
        return error.strerror
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    return str(error) or type(error).__name__

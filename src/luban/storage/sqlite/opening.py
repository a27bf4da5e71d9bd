"""Looks at a database file before anything is written to it, and brings it to the head."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from luban.storage.errors import (
    DatabaseDamaged,
    DatabaseIsNewer,
    NotADatabase,
    StorageBusy,
    refused_by_system,
)
from luban.storage.migrations import REVISION_TABLE, revisions
from luban.storage.migrations.snapshot import create
from luban.storage.sqlite.failures import translate
from luban.storage.sqlite.file_lock import FileLock

_MAGIC = b"SQLite format 3\x00"
_PATIENCE = 60.0
_TABLES = """
select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!'"""


def prepare(path: Path) -> None:
    """Makes sure that the file is a database of ours at the head.

    Raises `DataFolderNotWritable`, `NotADatabase`, `DatabaseDamaged`, `DatabaseIsNewer`.
    """
    _check_folder(path.parent)
    if _check_revision(path):
        _check_writable(path)
        return
    lock = FileLock(path.with_name(f"{path.name}.migrating"))
    _wait_for(lock)
    try:
        if not _check_revision(path):  # somebody else may have been quicker
            _migrate(path)
    finally:
        lock.release()


def _check_folder(folder: Path) -> None:
    try:
        # A new one is for its owner alone: other people of the machine have no business in it.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)
    except OSError as error:
        raise refused_by_system(str(folder), error) from error


def stored_revision(path: Path) -> str | None:
    """The revision a file is at, `None` if it is empty or not there. Changes nothing.

    Raises `NotADatabase`, `DatabaseDamaged`, `DatabaseIsNewer`.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    _check_shape(path)
    known = revisions()
    try:
        found = _revision(path)
    except sqlite3.Error as error:
        raise translate(error, str(path)) from error
    if found is not None and found not in known:
        raise DatabaseIsNewer(place=str(path), found=found, known=known[-1])
    return found


def _check_revision(path: Path) -> bool:
    """Whether the file is at the head; `False` if it is empty or older."""
    return stored_revision(path) == revisions()[-1]


def _check_shape(path: Path) -> None:
    """Compares what the first page says with the file that is there."""
    try:
        with path.open("rb") as file:
            first = file.read(100)
    except OSError as error:
        raise refused_by_system(str(path), error) from error
    if not _MAGIC.startswith(first[:16]) or len(first) < 16:
        raise NotADatabase(place=str(path), cause="its first bytes are those of another format")
    size = path.stat().st_size
    page = int.from_bytes(first[16:18]) or 1
    promised = int.from_bytes(first[28:32]) * (65536 if page == 1 else page)
    # What is missing may still be in the write-ahead log, after a crash while it was copied.
    if size < promised and not _has_log(path):
        raise DatabaseDamaged(
            place=str(path), cause=f"it should have {promised} bytes and has {size}"
        )


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _revision(path: Path) -> str | None:
    """The stored revision, or `None` for a database without a table. Changes nothing."""
    # Closing copies what a crash left in the log, so with a log the file is opened for reading
    # only; without one it is the other way round: only a reader would leave new files behind.
    mode = "ro" if _has_log(path) else "rw"
    address = f"file:{quote(str(path))}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
        tables = {name for (name,) in connection.execute(_TABLES)}
        if not tables:
            return None
        if REVISION_TABLE not in tables:
            raise NotADatabase(
                place=str(path), cause=f"it is SQLite, but has no table {REVISION_TABLE}"
            )
        row = connection.execute(f"select version_num from {REVISION_TABLE}").fetchone()
        return row[0] if row else None


def _check_writable(path: Path) -> None:
    try:
        path.open("r+b").close()
    except OSError as error:
        raise refused_by_system(str(path), error) from error


def _wait_for(lock: FileLock) -> None:
    begun = monotonic()
    while not lock.take():
        if monotonic() - begun > _PATIENCE:
            raise StorageBusy(place=str(lock.path), seconds=_PATIENCE)
        sleep(0.02)


def _migrate(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path, timeout=5)) as connection:
            connection.execute("pragma journal_mode = wal")
            if connection.execute("select count(*) from sqlite_master").fetchone() == (0,):
                create(connection)
                return
        # Only here, so that nobody but an upgrade pays for importing Alembic.
        from luban.storage.migrations.upgrade import upgrade_sqlite

        upgrade_sqlite(str(path))
    except sqlite3.Error as error:
        raise translate(error, str(path)) from error

"""How a backup is made and restored, whatever the database: everything of it, or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from luban.storage.backup.archive import ArchiveReader, ArchiveWriter
from luban.storage.backup.errors import BackupExists, BackupTorn
from luban.storage.backup.folders import Folders, add_folders, place_of
from luban.storage.backup.rows import Row, Table
from luban.storage.errors import refused_by_system
from luban.storage.migrations import REVISION_TABLE

LEFT_OUT = frozenset({REVISION_TABLE, "workers", "near_vectors"})
"""Tables that say nothing elsewhere: no worker of here lives there; the last is made of others."""


class Snapshot(Protocol):
    """A database as it was at one instant."""

    kind: str
    revision: str
    tables: list[Table]
    sequences: dict[str, int]
    """The highest number each numbered table has ever given."""

    async def read(self, table: Table, take: Callable[[Row], None]) -> None:
        """Gives every row of a table to `take`."""
        ...


class Target(Protocol):
    """A database that is to become what an archive says."""

    async def fill(
        self, archive: ArchiveReader, *, force: bool, settle: Callable[[], None]
    ) -> set[str]:
        """Makes the schema at the archive's revision, fills it, and brings it to the head.

        One transaction: `settle` is called within, before it is committed. Runs that were
        `running` are queued. Gives the ids of the stored files there were before. Raises
        `TargetNotEmpty` unless forced, and `BackupTorn`.
        """
        ...


class Made(NamedTuple):
    """What came of a backup."""

    path: str
    bytes: int
    revision: str
    rows: int
    files: int
    missing: list[str]
    """Stored files without bytes: deleted meanwhile, or lost before."""


class Restored(NamedTuple):
    """What came of a restore."""

    revision: str
    rows: int
    files: int
    missing: list[str]


async def make_backup(
    snapshot: Snapshot,
    home: Path,
    target: Path,
    about: str,
    *,
    keys: bool = False,
    files: bool = True,
) -> Made:
    """Writes the archive at `target`; nothing is there before it is whole.

    `about` is the version of the program. Without `keys`, whoever has the archive cannot open the
    secrets in it; without `files` it has the records of files alone. Raises `BackupExists`.
    """
    facts = {
        "luban": about,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "database": snapshot.kind,
        "revision": snapshot.revision,
        "sequences": snapshot.sequences,
    }
    with _written(target) as file:
        archive = ArchiveWriter(file, facts)
        try:
            wanted = await _tables(archive, snapshot)
            wanted = wanted if files else []
            missing = add_folders(archive, home, wanted, keys=keys)
            archive.close(missing=missing)
        except OSError as error:
            raise refused_by_system(str(target), error) from error
        except BaseException:
            archive.abandon()
            raise
    held = len(wanted) - len(missing)
    return Made(str(target), _size(target), snapshot.revision, archive.rows, held, missing)


def _size(path: Path) -> int:
    return path.stat().st_size


async def _tables(archive: ArchiveWriter, snapshot: Snapshot) -> list[str]:
    """Writes every table; the ids of the stored files."""
    wanted: list[str] = []
    for table in snapshot.tables:
        with archive.table(table) as write:
            if table.name == "files":
                write = _noting(write, table.names.index("id"), wanted)
            await snapshot.read(table, write)
    return wanted


def _noting(write: Callable[[Row], None], place: int, noted: list[str]) -> Callable[[Row], None]:
    def both(row: Row) -> None:
        write(row)
        noted.append(row[place])

    return both


async def restore_backup(
    archive: ArchiveReader, home: Path, target: Target, *, force: bool = False
) -> Restored:
    """Makes database and folders what the archive says; after an error both are as before.

    Raises `TargetNotEmpty` and `KeyInTheWay` unless forced, and `BackupTorn`.
    """
    folders = Folders(home, archive, force=force)
    try:
        folders.unpack()
        before = await target.fill(archive, force=force, settle=folders.place)
    except BaseException:
        folders.undo()
        raise
    finally:
        folders.tidy()
    for file_id in before - _names(archive):
        place_of(home, file_id).unlink(missing_ok=True)
    told: Mapping[str, Mapping[str, Any]] = archive.manifest["tables"]
    return Restored(
        archive.revision,
        sum(table["rows"] for table in told.values()),
        folders.count,
        list(archive.manifest.get("missing", [])),
    )


def _names(archive: ArchiveReader) -> set[str]:
    return {name.rpartition("/")[2] for name in archive.files()}


def check_tables(archive: ArchiveReader, schema: Mapping[str, set[str]]) -> None:
    """Raises `BackupTorn` when the archive's tables are not those of its revision."""
    for name, table in archive.tables.items():
        unknown = set(table.names) - schema.get(name, set())
        if unknown:
            cause = f"its table {name} has {', '.join(sorted(unknown))}, unknown at its revision"
            raise BackupTorn(place=archive.place, cause=cause)


@contextmanager
def _written(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when it is whole; only its owner may read it, for it has keys."""
    if target.exists():
        raise BackupExists(place=str(target))
    beside = target.with_name(f"{target.name}.part")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise refused_by_system(str(target), error) from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.rename(target)
    finally:
        beside.unlink(missing_ok=True)

"""Backing up, restoring and checking what an installation stores, whatever its database."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from luban.model.errors import InvalidValue
from luban.server.database import MEMORY, database_path
from luban.server.files import in_bucket
from luban.server.settings import Settings
from luban.storage.backup import ArchiveReader, Made, Restored, make_backup, restore_backup
from luban.storage.checking import Flaw, check_postgres, check_sqlite
from luban.storage.postgres.address import is_postgres, parse

_OF_FILES = frozenset({"file_missing", "file_changed", "file_orphaned"})
"""Flaws of the folder of files."""


async def back_up(settings: Settings, target: Path, *, keys: bool = False) -> Made:
    """Writes everything stored into one archive, also while servers run; keys only if asked.

    Bytes of files that lie in a bucket stay there.

    Raises `BackupExists`, `DatabaseDamaged`, `NotFound`, and what opening the database raises.
    """
    _require_disk(settings)
    about, files = version("luban"), not in_bucket(settings)
    if is_postgres(settings.database_url):
        from luban.storage.backup.postgres import postgres_snapshot

        async with postgres_snapshot(parse(settings.database_url)) as snapshot:
            return await make_backup(snapshot, settings.home, target, about, keys=keys, files=files)
    from luban.storage.backup.sqlite import sqlite_snapshot

    with sqlite_snapshot(database_path(settings)) as snapshot:
        return await make_backup(snapshot, settings.home, target, about, keys=keys, files=files)


async def restore(settings: Settings, source: Path, *, force: bool = False) -> Restored:
    """Makes the installation what an archive says, or leaves it as it is.

    Raises `NotABackup`, `BackupTorn`, `BackupIsNewer`, `TargetNotEmpty`, `KeyInTheWay`.
    """
    _require_disk(settings)
    archive = ArchiveReader(source)
    try:
        if is_postgres(settings.database_url):
            from luban.storage.backup.postgres import PostgresTarget

            target = PostgresTarget(parse(settings.database_url))
            return await restore_backup(archive, settings.home, target, force=force)
        from luban.storage.backup.sqlite import SqliteTarget

        file = SqliteTarget(database_path(settings))
        return await restore_backup(archive, settings.home, file, force=force)
    finally:
        archive.close()


async def check(settings: Settings) -> list[Flaw]:
    """Everything found wrong with what is stored; nothing is changed, no bucket looked into."""
    _require_disk(settings)
    if is_postgres(settings.database_url):
        found = await check_postgres(parse(settings.database_url), settings.home)
    else:
        found = await check_sqlite(database_path(settings), settings.home)
    elsewhere = _OF_FILES if in_bucket(settings) else frozenset[str]()
    return [each for each in found if each.code not in elsewhere]


async def migrate(settings: Settings) -> dict[str, Any]:
    """Brings the database up to date; where it is and its revision. Raises what opening raises."""
    _require_disk(settings)
    if is_postgres(settings.database_url):
        from luban.storage.migrations import revisions
        from luban.storage.postgres import opening

        address = parse(settings.database_url)
        await opening.prepare(address)
        return {"path": address.place, "revision": revisions()[-1]}
    from luban.storage.sqlite.inspection import facts
    from luban.storage.sqlite.opening import prepare

    prepare(database_path(settings))
    return facts(database_path(settings))


def _require_disk(settings: Settings) -> None:
    if settings.database_url == MEMORY:
        raise InvalidValue(
            name="DATABASE_URL",
            value=MEMORY,
            expected="only a database that keeps something can be backed up, restored and checked",
            expected_zh="只有会保存数据的数据库才能备份、恢复和检查",
        )

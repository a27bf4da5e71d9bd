"""Backups: one consistent archive of a database and its folders, the same for every database."""

from luban.storage.backup.archive import ArchiveReader, ArchiveWriter
from luban.storage.backup.making import Made, Restored, make_backup, restore_backup

__all__ = [
    "ArchiveReader",
    "ArchiveWriter",
    "Made",
    "Restored",
    "make_backup",
    "restore_backup",
]

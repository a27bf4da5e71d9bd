"""Stored files: their bytes on a disk, their records in a database."""

from luban.storage.files.disk import DiskFiles
from luban.storage.files.records import FileRecords, HasFileRecords

__all__ = ["DiskFiles", "FileRecords", "HasFileRecords"]

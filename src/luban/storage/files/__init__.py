"""Stored files: their bytes on a disk or in an object store, their records in a database."""

from luban.storage.files.disk import DiskBytes
from luban.storage.files.records import FileRecords, HasFileRecords
from luban.storage.files.stored import FileBounds, StoredFiles

__all__ = ["DiskBytes", "FileBounds", "FileRecords", "HasFileRecords", "StoredFiles"]

"""Where stored files lie, what is looked at before one is stored, and links to them."""

from __future__ import annotations

from luban.ports.clock import Clock
from luban.ports.files import FileStore
from luban.ports.scanning import Scanner
from luban.ports.stored_bytes import ByteStore
from luban.ports.vault import Sealing
from luban.server.database import MEMORY, Database
from luban.server.settings import Settings
from luban.services.file_links import FileLinks
from luban.services.uploads import UploadRules, Uploads
from luban.storage.files import FileBounds, StoredFiles
from luban.storage.files.naming import tell_type

BUCKET = "luban"
"""The bucket where only the address of a store is given."""


def in_bucket(settings: Settings) -> bool:
    """Whether files lie in an object store."""
    return bool(settings.s3_bucket or settings.s3_endpoint)


def open_bytes(settings: Settings) -> ByteStore:
    """Raises `DataFolderNotWritable`."""
    if in_bucket(settings):
        from luban.storage.files.objects import Bucket, ObjectBytes

        return ObjectBytes(
            Bucket(
                settings.s3_bucket or BUCKET,
                settings.s3_endpoint,
                settings.s3_region,
                settings.s3_access_key,
                settings.s3_secret_key,
                links=settings.s3_links == "bucket",
            )
        )
    if settings.database_url == MEMORY:
        from luban.storage.memory import MemoryBytes

        return MemoryBytes()
    from luban.storage.files import DiskBytes

    return DiskBytes(settings.home / "files")


def open_files(settings: Settings, database: Database, clock: Clock) -> FileStore:
    """Raises `DataFolderNotWritable`."""
    bounds = FileBounds(settings.file_limit, settings.file_quota, settings.file_versions)
    return StoredFiles(open_bytes(settings), database, bounds, clock=clock)


def open_uploads(settings: Settings) -> Uploads:
    """Raises `InvalidValue` for a scanner's address that is none."""
    rules = UploadRules(
        settings.upload_limit,
        settings.upload_types,
        without_scanner=settings.clamav_down == "accept",
    )
    return Uploads(rules, tell_type, _scanner(settings))


def open_links(settings: Settings, files: FileStore, sealing: Sealing, clock: Clock) -> FileLinks:
    """Links begin with the server's public address, else with the one it listens at."""
    own = f"http://{settings.host}:{settings.port}"
    return FileLinks(files, sealing, clock, settings.public_url, own)


def _scanner(settings: Settings) -> Scanner | None:
    if not settings.clamav:
        return None
    from luban.net.clamd import Clamd

    return Clamd(settings.clamav)

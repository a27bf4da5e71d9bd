"""The archive of a backup: a zip file of tables, stored files and keys, and its manifest.

    manifest.json          format, revision, tables with columns, row counts and digests
    tables/<name>.jsonl    one row per line (`rows.py`)
    files/…  keys/…        bytes as they lie in the home
    contents.sha256        a digest per file, as `sha256sum -c` reads it

The manifest is written last, so an archive that was cut off has none.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import orjson

from luban.storage.backup.errors import BackupIsNewer, BackupTorn, NotABackup
from luban.storage.backup.rows import KINDS, Column, Row, Table, reader_of, writer_of
from luban.storage.errors import refused_by_system
from luban.storage.migrations import revisions

FORMAT = 1
MANIFEST = "manifest.json"
DIGESTS = "contents.sha256"
_LEVEL = 3
_PIECE = 1 << 20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError)


class ArchiveWriter:
    """Writes one archive; `close` makes it whole."""

    def __init__(self, file: BinaryIO, facts: dict[str, Any]) -> None:
        self._zip = zipfile.ZipFile(
            file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, allowZip64=True
        )
        self._facts = facts
        self._tables: dict[str, dict[str, Any]] = {}
        self._digests: list[str] = []
        self.bytes_of_files = 0

    @contextmanager
    def table(self, table: Table) -> Iterator[Callable[[Row], None]]:
        """Give every row of a table to what this yields."""
        digest, count, line = hashlib.sha256(), 0, writer_of(table)
        with self._zip.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as entry:

            def write(row: Row) -> None:
                nonlocal count
                written = line(row)
                digest.update(written)
                entry.write(written)
                count += 1

            yield write
        self._tables[table.name] = {
            "columns": {column.name: column.kind for column in table.columns},
            "rows": count,
            "sha256": digest.hexdigest(),
        }

    def add_file(self, name: str, source: IO[bytes]) -> None:
        """Adds bytes under a name, unpacked: most files are packed already."""
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(name)
        with self._zip.open(info, "w", force_zip64=True) as entry:
            while piece := source.read(_PIECE):
                digest.update(piece)
                entry.write(piece)
                self.bytes_of_files += len(piece)
        self._digests.append(f"{digest.hexdigest()}  {name}")

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self._tables.values())

    def close(self, **more: Any) -> None:
        """Writes the manifest, with what is only known at the end."""
        digests = "".join(f"{line}\n" for line in self._digests).encode()
        self._zip.writestr(DIGESTS, digests)
        manifest = {
            "luban_backup": FORMAT,
            **self._facts,
            "tables": self._tables,
            "files": {"count": len(self._digests), "sha256": hashlib.sha256(digests).hexdigest()},
            **more,
        }
        self._zip.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        self._zip.close()

    def abandon(self) -> None:
        """Leaves an archive that is none."""
        self._zip.fp = None  # or closing would write a table of contents
        self._zip.close()


class ArchiveReader:
    """An archive that is there; every part is held against its digest as it is read.

    Raises `NotABackup`, `BackupTorn`, `BackupIsNewer`.
    """

    def __init__(self, path: Path) -> None:
        self.place = str(path)
        self._zip = self._opened(path)
        self.manifest = self._manifest()
        self.revision = str(self.manifest["revision"])
        known = revisions()
        if self.manifest["luban_backup"] != FORMAT or self.revision not in known:
            raise BackupIsNewer(place=self.place, found=self.revision, known=known[-1])
        self.tables = {table.name: table for table in self._tables()}
        self.sequences: dict[str, int] = dict(self.manifest.get("sequences", {}))

    def _opened(self, path: Path) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(path)
        except OSError as error:
            raise NotABackup(place=self.place, cause=error.strerror or str(error)) from error
        except zipfile.BadZipFile as error:
            with path.open("rb") as file:
                begun = file.read(4) == b"PK\x03\x04"
            if begun:
                raise BackupTorn(place=self.place, cause="its end is missing") from error
            raise NotABackup(place=self.place, cause="it has another format") from error

    def _manifest(self) -> dict[str, Any]:
        try:
            manifest = orjson.loads(self._zip.read(MANIFEST))
        except KeyError as error:
            raise NotABackup(place=self.place, cause=f"it has no {MANIFEST}") from error
        except _UNREADABLE as error:
            raise self._torn(f"{MANIFEST} cannot be read") from error
        if not isinstance(manifest, dict) or not {"luban_backup", "revision", "tables"} <= set(
            cast("dict[str, Any]", manifest)
        ):
            raise NotABackup(place=self.place, cause=f"its {MANIFEST} is of something else")
        return cast("dict[str, Any]", manifest)

    def _tables(self) -> Iterator[Table]:
        for name, told in self.manifest["tables"].items():
            columns = tuple(Column(each, kind) for each, kind in told["columns"].items())
            if any(column.kind not in KINDS for column in columns):
                raise BackupIsNewer(
                    place=self.place, found=self.revision, known=f"{revisions()[-1]} (columns)"
                )
            yield Table(name, columns)

    def rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        """Every row of a table. Raises `BackupTorn`, at the latest after the last one."""
        told, read = self.manifest["tables"][name], reader_of(self.tables[name])
        place, count = f"tables/{name}.jsonl", 0
        try:
            with self._zip.open(place) as entry:
                digesting = _Digesting(entry)
                for line in io.BufferedReader(digesting, _PIECE):
                    count += 1
                    yield read(line)
        except _UNREADABLE as error:
            raise self._torn(f"{place} cannot be read after {count} rows") from error
        if count != told["rows"] or digesting.sha256 != told["sha256"]:
            raise self._torn(f"{place} should have {told['rows']} rows and has {count}, or others")

    def files(self) -> dict[str, str]:
        """The digest of every file, by its name in the archive."""
        try:
            text = self._zip.read(DIGESTS)
        except _UNREADABLE as error:
            raise self._torn(f"{DIGESTS} cannot be read") from error
        if hashlib.sha256(text).hexdigest() != self.manifest["files"]["sha256"]:
            raise self._torn(f"{DIGESTS} was changed")
        lines = (line.partition("  ") for line in text.decode().splitlines())
        return {name: digest for digest, _, name in lines}

    def extract(self, name: str, digest: str, target: Path) -> None:
        """Writes one file down. Raises `BackupTorn`."""
        found = hashlib.sha256()
        try:
            with self._zip.open(name) as entry, target.open("xb") as file:
                while piece := entry.read(_PIECE):
                    found.update(piece)
                    file.write(piece)
        except _UNREADABLE as error:
            raise self._torn(f"{name} cannot be read") from error
        except OSError as error:
            raise refused_by_system(str(target), error) from error
        if found.hexdigest() != digest:
            raise self._torn(f"{name} was changed")

    def close(self) -> None:
        self._zip.close()

    def _torn(self, cause: str) -> BackupTorn:
        return BackupTorn(place=self.place, cause=cause)


class _Digesting(io.RawIOBase):
    """Reads on, and sums up what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = self._source.read(len(buffer))
        self._digest.update(piece)
        buffer[: len(piece)] = piece
        return len(piece)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

"""The folders beside a database that belong into its backup: stored files, and keys."""

from __future__ import annotations

import filecmp
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from luban.storage.backup.archive import ArchiveReader, ArchiveWriter
from luban.storage.backup.errors import BackupTorn, KeyInTheWay
from luban.storage.errors import refused_by_system

FILES, KEYS = "files", "keys"
_RESTORING = ".restoring-"
_ABANDONED = 86_400.0
_STORED = re.compile(r"[\w-]{2}/[\w-]+")


def add_folders(archive: ArchiveWriter, home: Path, wanted: list[str], *, keys: bool) -> list[str]:
    """Adds the bytes of the stored files in `wanted`, and the keys if asked to.

    Gives the ids that had no bytes.
    """
    missing: list[str] = []
    for file_id in wanted:
        try:
            with place_of(home, file_id).open("rb") as file:
                archive.add_file(f"{FILES}/{file_id[-2:]}/{file_id}", file)
        except FileNotFoundError:
            missing.append(file_id)
    folder = home / KEYS
    for path in sorted(folder.rglob("*")) if keys else ():
        if path.is_file():
            with path.open("rb") as file:
                archive.add_file(f"{KEYS}/{path.relative_to(folder).as_posix()}", file)
    return missing


def place_of(home: Path, file_id: str) -> Path:
    """Where the bytes of a stored file lie."""
    return home / FILES / file_id[-2:] / file_id


def stored(home: Path) -> Iterator[Path]:
    """Every file in the folder of stored files that is whole."""
    for path in sorted((home / FILES).glob("??/*")):
        if path.is_file() and _STORED.fullmatch(f"{path.parent.name}/{path.name}"):
            yield path


def new_beside(folder: Path, suffix: str = "") -> Path:
    """A place of its own for what is restored into a folder; removes what killed ones left."""
    for left in folder.glob(f"{_RESTORING}*"):
        if left.stat().st_mtime < time.time() - _ABANDONED:
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    return folder / f"{_RESTORING}{secrets.token_hex(4)}{suffix}"


class Folders:
    """The folders of an archive: unpacked beside, put in place, and taken away again on failure."""

    def __init__(self, home: Path, archive: ArchiveReader, *, force: bool) -> None:
        self._home = home
        self._archive = archive
        self._force = force
        self._beside = new_beside(home)
        self._placed: list[Path] = []
        self._set_aside: list[tuple[Path, Path]] = []
        self.count = 0

    def unpack(self) -> None:
        """Raises `BackupTorn` and `KeyInTheWay`; nothing is in its place yet."""
        try:
            for name, digest in self._archive.files().items():
                target = self._beside / _safe(name, self._archive.place)
                target.parent.mkdir(parents=True, exist_ok=True)
                self._archive.extract(name, digest, target)
                if name.startswith(f"{KEYS}/"):
                    target.chmod(0o600)
                    self._check_key(target)
                self.count += 1
        except OSError as error:
            raise refused_by_system(str(self._beside), error) from error

    def _check_key(self, key: Path) -> None:
        place = self._place(key)
        if place.exists() and not filecmp.cmp(key, place, shallow=False) and not self._force:
            raise KeyInTheWay(place=str(place), kept=_aside(place).name)

    def place(self) -> None:
        """Moves everything to where it belongs; a key that is in the way is kept beside."""
        try:
            for path in sorted(self._beside.rglob("*")):
                if path.is_file():
                    self._move(path)
        except OSError as error:
            raise refused_by_system(str(self._home), error) from error

    def _move(self, path: Path) -> None:
        place = self._place(path)
        if place.exists():
            if filecmp.cmp(path, place, shallow=False):
                return
            place.replace(_aside(place))
            self._set_aside.append((place, _aside(place)))
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        self._placed.append(place)

    def _place(self, path: Path) -> Path:
        return self._home / path.relative_to(self._beside)

    def undo(self) -> None:
        """Takes away what was put in place."""
        for path in self._placed:
            path.unlink(missing_ok=True)
        for place, aside in self._set_aside:
            aside.replace(place)

    def tidy(self) -> None:
        """Removes what was unpacked beside."""
        shutil.rmtree(self._beside, ignore_errors=True)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}.before-restore")


def _safe(name: str, archive: str) -> Path:
    """The path within the home, which no archive may leave."""
    path = PurePosixPath(name)
    inside = path.parts[:1] in ((FILES,), (KEYS,)) and ".." not in path.parts
    if not inside or len(path.parts) < 2 or "\\" in name or ":" in name:
        raise BackupTorn(place=archive, cause=f"it holds {name}, which no backup has")
    return Path(*path.parts)

"""Which files of a folder may hold blocks, and the names of their modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

PACKAGE = "luban_blocks"
"""The package under which files of folders are imported."""

FAMILY = ".openapi.toml"
_NOT_BLOCKS = ("test_*.py", "*_test.py", "conftest.py", "__*__.py")
_NOT_FOLDERS = frozenset({"__pycache__", "node_modules", "tests", "site-packages"})
_DEEPEST = 20


class BlockFile(NamedTuple):
    """A Python file, the module name it is imported under, and the folder it was found from."""

    path: Path
    module: str
    root: Path

    def stamp(self) -> tuple[int, int]:
        """Differs when the file was written to; zeros when it is gone."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return 0, 0
        return state.st_mtime_ns, state.st_size


@dataclass
class Walk:
    """The block files of a folder, and the folders below that may not be read."""

    root: Path
    files: list[BlockFile] = field(default_factory=list)
    families: list[tuple[Path, Path]] = field(default_factory=list[tuple[Path, Path]])
    """Files that say which operations of an API are blocks, each with the folder walked."""
    unreadable: list[tuple[Path, OSError]] = field(default_factory=list)
    _seen: set[Path] = field(default_factory=set)

    def go(self, folder: Path, inside: tuple[str, ...] = ()) -> None:
        if not folder.is_dir() or len(inside) > _DEEPEST or not self._is_new(folder):
            return
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            self.unreadable.append((folder, error))
            return
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        real = folder.resolve()
        for entry in visible:
            if _may_hold_blocks(entry) and self._is_new(entry, real / entry.name):
                name = ".".join((PACKAGE, *inside, _part(entry.stem)))
                self.files.append(BlockFile(entry, name, self.root))
            elif entry.name.endswith(FAMILY) and entry.is_file() and self._is_new(entry):
                self.families.append((entry, self.root))
        for entry in visible:
            if entry.name not in _NOT_FOLDERS and not (entry / "pyvenv.cfg").exists():
                self.go(entry, (*inside, _part(entry.name)))

    def _is_new(self, path: Path, real: Path | None = None) -> bool:
        """`real` is where it is unless it is a link: finding that out for each file takes long."""
        if real is None or path.is_symlink():
            real = path.resolve()
        if real in self._seen:
            return False
        self._seen.add(real)
        return True


def block_files(folder: Path) -> Walk:
    """The files of a folder and below, by name; symbolic links are followed.

    A file or folder reached twice, by whatever way, is taken once, so links in a circle end.
    Names are taken from the path as it was walked, never from where a link leads.
    """
    walk = Walk(folder)
    walk.go(folder)
    return walk


def _may_hold_blocks(file: Path) -> bool:
    if file.suffix != ".py" or any(fnmatchcase(file.name, each) for each in _NOT_BLOCKS):
        return False
    return file.is_file()  # not a link that leads nowhere


def _part(name: str) -> str:
    """A dot in a file's name would look like a package."""
    return name.replace(".", "_")

"""Where blocks come from: built in, installed packages, folders; in this order."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from luban.registry.broken import BrokenBlock, merged
from luban.registry.built_in import BuiltIn
from luban.registry.families import family_stamps, take_families
from luban.registry.folders import BlockFile, block_files
from luban.registry.found import Found
from luban.registry.loading import FolderFinder, Unloadable, load, modules_of
from luban.registry.manifest import FILE as MANIFEST
from luban.registry.manifest import within
from luban.registry.overlay import FILE as TEXTS
from luban.registry.registry import Registry
from luban.registry.shelf import Shelf
from luban.sdk.block import is_block

GROUP = "luban.blocks"
"""The entry point group of installed packages; each names a module, a package or blocks."""


def discover(paths: Sequence[Path] = ()) -> Registry:
    """Every block that can be found; a folder of `paths` that is missing counts as empty.

    Never raises for what a block file does.
    """
    built_in, installed = BuiltIn(), _installed()
    return Registry(built_in, lambda before: _look(paths, built_in, installed, before))


def _look(
    paths: Sequence[Path], built_in: BuiltIn, installed: Found, before: Shelf | None
) -> Shelf:
    walks = [block_files(folder) for folder in paths]
    files = [file for walk in walks for file in walk.files]
    families = [family for walk in walks for family in walk.families]
    stamps = {**_stamps(files), **family_stamps([path for path, _ in families])}
    if before is not None and {**stamps, **_programs(before.programs)} == before.stamps:
        return before
    shelf = Shelf(built_in)
    in_folders = _in_folders(files, families)
    for found in (installed, in_folders):
        for code, place in found.codes:
            shelf.add(code, place, found.origins.get(place, place))
        shelf.broken += found.broken
    shelf.broken += [_unreadable(path, error) for walk in walks for path, error in walk.unreadable]
    shelf.broken = merged(_also_lost(broken, before) for broken in shelf.broken)
    shelf.programs = sorted(installed.manifests.programs() | in_folders.manifests.programs())
    shelf.stamps = {**stamps, **_programs(shelf.programs)}
    return shelf


def _also_lost(broken: BrokenBlock, before: Shelf | None) -> BrokenBlock:
    """Names too what a broken file gave when it was last in order, whatever stands in it now."""
    if before is None:
        return broken
    lost = [name for name, place in before.places.items() if place == broken.path]
    lost += [name for each in before.broken if each.path == broken.path for name in each.blocks]
    return broken._replace(blocks=tuple(dict.fromkeys((*broken.blocks, *lost))))


# --- installed packages: these do not change while the program runs


def _installed() -> Found:
    found = Found()
    for entry in importlib.metadata.entry_points(group=GROUP):
        _take_entry(found, entry)
    return found.done()


def _take_entry(found: Found, entry: importlib.metadata.EntryPoint) -> None:
    source = entry.dist.name if entry.dist else entry.name
    place = f"{source} ({entry.value})"
    if entry.attr:
        _take_blocks(found, entry, place, source)
        return
    try:
        modules = list(modules_of(entry.module))
    except Exception as error:  # noqa: BLE001  a package is imported to see what is in it: foreign code
        said = f"{type(error).__name__}: {error}"
        found.broken.append(BrokenBlock(place, None, said, f"加载时出错：{said}"))
        return
    top = _package_folder(*modules[0])
    for name, path in modules:
        found.take(name, path, source, top, _version(entry))


def _take_blocks(
    found: Found, entry: importlib.metadata.EntryPoint, place: str, source: str
) -> None:
    """`module:block`, or `module:list_of_blocks`."""
    try:
        thing: Any = load(entry.module, place)
        top = _package_folder(entry.module, getattr(thing, "__file__", None))
    except Unloadable as error:
        found.broken.append(error.broken)
        return
    for part in entry.attr.split("."):
        thing = getattr(thing, part, None)
    for each in thing if isinstance(thing, (list, tuple)) else [thing]:
        if is_block(each):
            found.take_one(each, place, source, top, _version(entry))
        else:
            found.broken.append(_no_block(place, each))


def _package_folder(module: str, file: str | None) -> Path | None:
    """The folder of the package that a module is in, where its manifest may be; `None` if alone."""
    path, above = Path(file or ""), module.count(".")
    if path.name != "__init__.py":
        above -= 1
    return None if above < 0 or not path.is_file() else path.parents[above]


def _version(entry: importlib.metadata.EntryPoint) -> str:
    return entry.dist.version if entry.dist else ""


def _no_block(place: str, thing: object) -> BrokenBlock:
    return BrokenBlock(
        place,
        None,
        f"The entry point gives {thing!r}, which is no block. Name a module, or a declared block.",
        f"入口点给出的是 {thing!r}，它不是模块。请指向一个 Python 模块或已声明的模块。",
    )


# --- folders


def _in_folders(files: Sequence[BlockFile], families: Sequence[tuple[Path, Path]]) -> Found:
    """Loads all files anew, because one may have imported another that changed."""
    finder = FolderFinder(files)
    finder.install()
    found = Found()
    loaded: set[str] = set()
    for file in files:
        load_file = _load_namesake if file.module in loaded else _load_file
        loaded.add(file.module)
        path = str(file.path)
        found.take_module(file.module, partial(load_file, finder, file), path, path, file.root)
    take_families(found, families)
    return found.done()


def _load_file(finder: FolderFinder, file: BlockFile) -> ModuleType:
    return load(file.module, str(file.path))


def _load_namesake(finder: FolderFinder, file: BlockFile) -> ModuleType:
    """A file of a second folder with the same relative path: imports by name keep the first."""
    first, path = sys.modules.pop(file.module, None), finder.files[file.module]
    finder.files[file.module] = file.path
    try:
        return load(file.module, str(file.path))
    finally:
        finder.files[file.module] = path
        if first is not None:
            sys.modules[file.module] = first


def _unreadable(path: Path, error: OSError) -> BrokenBlock:
    why = error.strerror or str(error)
    return BrokenBlock(
        str(path), None, f"The folder cannot be read: {why}.", f"无法读取此文件夹：{why}。"
    )


def _stamps(files: Sequence[BlockFile]) -> dict[str, tuple[int, int]]:
    stamps = {str(file.path): file.stamp() for file in files}
    folders = {(file.path.parent, file.root) for file in files}
    beside = {folder / TEXTS for folder, _ in folders}
    beside |= {each / MANIFEST for folder, root in folders for each in within(folder, root)}
    for path in beside:
        if path.is_file():
            state = path.stat()
            stamps[str(path)] = (state.st_mtime_ns, state.st_size)
    return stamps


def _programs(needed: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Whether the programs are there that blocks need: one that is installed counts at once."""
    return {f"program {name}": (int(shutil.which(name) is not None), 0) for name in needed}

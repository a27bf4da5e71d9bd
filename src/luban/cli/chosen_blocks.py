"""The blocks that a command is about: of a file, of a folder, of all folders, or every one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import luban
from luban.model.errors import NotFound
from luban.registry import BrokenBlock, Registry, discover
from luban.sdk.code import BlockCode

BUILT_IN = Path(luban.__file__).parent / "blocks"


@dataclass(frozen=True)
class Chosen:
    """Blocks with the places they stand in, the registry they may call, and what is broken."""

    registry: Registry
    codes: list[tuple[BlockCode, str]] = field(default_factory=list[tuple[BlockCode, str]])
    broken: list[BrokenBlock] = field(default_factory=list[BrokenBlock])


def choose(path: Path | None, folders: Sequence[Path], *, everything: bool = False) -> Chosen:
    """Those at `path`; without one, of all block folders, or every block. Raises `NotFound`."""
    if path is not None and not path.exists():
        raise NotFound(
            what="file",
            what_zh="文件",
            name=str(path),
            way_out="Name a file or a folder of blocks.",
            way_out_zh="请指定模块文件或目录。",
        )
    own = path is not None and not everything
    registry = discover((path.parent if path.is_file() else path,) if path and own else folders)
    chosen = Chosen(registry)
    for spec in registry.specs():
        place = registry.place(spec.id) or ""
        if own and path is not None and not _is_inside(place, path):
            continue
        code = registry.find(spec.id)
        if code is not None and (everything or own or spec.source != "builtin"):
            chosen.codes.append((code, place))
    for each in registry.broken():
        if own and path is not None and not _is_inside(each.path, path):
            continue
        if everything or not _is_inside(each.path, BUILT_IN):
            chosen.broken.append(each)
    return chosen


def _is_inside(place: str, path: Path) -> bool:
    """Whether a place such as `blocks/weather.py:3` lies in a file or folder."""
    file = Path(place.partition(":")[0] if ":" in place[2:] else place).resolve()
    wanted = path.resolve()
    return file == wanted or wanted in file.parents

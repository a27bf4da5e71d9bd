"""Runs the examples of blocks, which are their tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luban.cli.reach import in_loop
from luban.registry import discover
from luban.sdk.code import BlockCode, BlockSource
from luban.sdk.testing import try_example


def try_all(path: Path | None, folders: Sequence[Path]) -> dict[str, Any]:
    """What the examples of the blocks at `path`, else of all block folders, gave."""
    registry = discover((path.parent if path.is_file() else path,) if path else folders)
    chosen: list[BlockCode] = []
    for spec in registry.specs():
        place = registry.place(spec.id) or ""
        if path is not None and not _is_inside(place, path):
            continue
        code = registry.find(spec.id)
        if code is not None and (path is not None or spec.source != "builtin"):
            chosen.append(code)
    broken = [
        each._asdict() for each in registry.broken() if path is None or _is_inside(each.path, path)
    ]
    return {"blocks": [in_loop(_try(code, registry)) for code in chosen], "broken": broken}


async def _try(code: BlockCode, library: BlockSource) -> dict[str, Any]:
    differences: list[str] = []
    for number, example in enumerate(code.spec.examples, 1):
        differences += [f"{number}: {each}" for each in await try_example(code, example, library)]
    return {
        "id": code.spec.id,
        "examples": len(code.spec.examples),
        "differences": differences,
    }


def _is_inside(place: str, path: Path) -> bool:
    """Whether a place such as `blocks/weather.py:3` lies in a file or folder."""
    file = Path(place.partition(":")[0] if ":" in place[2:] else place).resolve()
    wanted = path.resolve()
    return file == wanted or wanted in file.parents

"""What is known of built-in blocks, written down, so that a palette loads none of their code.

`./run fix` writes the file. Each family stands with a mark of its files: what was changed since is
loaded instead, so nothing stale is shown. What only tests need of an example is not in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson

from luban.model.block import BlockSpec

FILE = "written_specs.json"


def read(modules: Mapping[str, str]) -> dict[str, tuple[BlockSpec, ...]]:
    """The blocks of each module (name to file) whose family is as it was; empty without a file."""
    try:
        told: dict[str, Any] = orjson.loads(files("luban.registry").joinpath(FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    marks: dict[Path, bool] = {}
    found: dict[str, tuple[BlockSpec, ...]] = {}
    for name, specs in told["modules"].items():
        if name not in modules:
            continue
        folder = Path(modules[name]).parent
        if folder not in marks:
            marks[folder] = told["families"].get(folder.name) == mark(folder)
        if marks[folder]:
            found[name] = tuple(BlockSpec.model_validate(each) for each in specs)
    return found


def mark(folder: Path) -> str:
    """Differs when a file of a family differs: shared code shapes pins too."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.suffix in (".py", ".json"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]


def text(modules: Mapping[str, str], specs: Mapping[str, Iterable[BlockSpec]]) -> str:
    """The file, one module on each line; `specs` are by module, with their tiers."""
    folders = {Path(modules[name]).parent for name in specs}
    families = {folder.name: mark(folder) for folder in folders}
    lines = [
        json.dumps(name)
        + ": "
        + json.dumps([_told(each) for each in specs[name]], ensure_ascii=False)
        for name in sorted(specs)
    ]
    head = json.dumps(families, sort_keys=True)
    return f'{{"families": {head},\n"modules": {{\n' + ",\n".join(lines) + "\n}}\n"


def _told(spec: BlockSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)

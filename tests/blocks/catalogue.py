"""Every built-in block, found the way the program finds them, and what is known about each."""

from __future__ import annotations

import importlib
import json
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import luban.blocks
from luban.sdk.block import compile_block, is_block
from luban.sdk.code import BlockCode


@dataclass(frozen=True)
class Found:
    """A block with the module it stands in and its Chinese texts."""

    code: BlockCode
    module: str
    chinese: dict[str, Any]

    @property
    def id(self) -> str:
        return self.code.spec.id


@cache
def all_blocks() -> tuple[Found, ...]:
    return tuple(
        Found(compile_block(thing), name, _chinese(Path(module.__file__ or "").parent, thing))
        for name, module in _modules()
        for thing in vars(module).values()
        if is_block(thing) and thing.__module__ == name
    )


class Library:
    """The built-in blocks, for those that call others."""

    def find(self, block_id: str) -> BlockCode | None:
        return next((found.code for found in all_blocks() if found.id == block_id), None)


def _modules() -> list[tuple[str, Any]]:
    walked = pkgutil.walk_packages(luban.blocks.__path__, "luban.blocks.")
    return [(found.name, importlib.import_module(found.name)) for found in walked]


def _chinese(folder: Path, thing: Any) -> dict[str, Any]:
    file = folder / "zh-CN.json"
    texts = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return texts.get(compile_block(thing).spec.id, {})

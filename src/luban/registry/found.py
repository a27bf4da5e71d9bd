"""Blocks on their way from a module to the shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from luban.registry.loading import Unloadable, compiled, declarations, load
from luban.registry.overlay import Overlays
from luban.registry.registry import BrokenBlock
from luban.sdk.code import BlockCode


class Found:
    """Blocks with the files they stand in, and what could not be used."""

    def __init__(self) -> None:
        self.codes: list[tuple[BlockCode, str]] = []
        self.broken: list[BrokenBlock] = []
        self._overlays = Overlays()

    def take(self, name: str, path: str, source: str) -> None:
        """The blocks of a module imported by name."""
        self.take_module(partial(load, name, path), path, source)

    def take_module(self, load_module: Callable[[], ModuleType], path: str, source: str) -> None:
        try:
            module = load_module()
        except Unloadable as error:
            self.broken.append(error.broken)
            return
        for declaration in declarations(module):
            self.take_one(declaration, path, source)

    def take_one(self, declaration: Any, path: str, source: str) -> None:
        """One declared block."""
        try:
            code = compiled(declaration, path)
        except Unloadable as error:
            self.broken.append(error.broken)
            return
        code = replace(code, spec=code.spec.model_copy(update={"source": source}))
        self.codes.append((self._overlays.over(code, Path(path).parent), path))

    def done(self) -> Found:
        """Adds what was wrong with the Chinese texts."""
        self.broken += self._overlays.broken
        return self

"""The blocks of `luban.blocks`: their ids read from the text of the files, their code on demand.

Importing all of them takes longer than a small agent runs, and most runs need a handful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from luban.model.block import BlockSpec
from luban.registry import written_specs
from luban.registry.broken import BrokenBlock, merged
from luban.registry.found import Found
from luban.registry.loading import modules_of
from luban.sdk.code import BlockCode

PACKAGE = "luban.blocks"

_CLASS = re.compile(r"^class ", re.MULTILINE)
_ID = re.compile(r'^    id = "([^"]+)"', re.MULTILINE)
_VERSION = re.compile(r"^    version = (\d+)", re.MULTILINE)
_ALIASES = re.compile(r"^    aliases = \(([^)]*)\)", re.MULTILINE)
_TEXT = re.compile(r'"([^"]+)"')


class _Named(NamedTuple):
    """A block as the text of its file names it; its older versions stand in the same file."""

    module: str
    version: int


class BuiltIn:
    """Finds built-in blocks; every block is written as a class with its `id` as plain text."""

    def __init__(self) -> None:
        self._modules = dict(modules_of(PACKAGE))
        self._found: dict[str, Found] = {}
        self._names: dict[str, _Named] = {}
        for module, path in self._modules.items():
            for name, version in _names_in(Path(path)):
                before = self._names.get(name)
                if before is None or before.version < version:
                    self._names[name] = _Named(module, version)

    def names(self) -> set[str]:
        """All ids and aliases, as the files say them."""
        return set(self._names)

    def newest(self, name: str) -> int | None:
        """The newest version of a block, as its file says."""
        named = self._names.get(name)
        return None if named is None else named.version

    def beyond_first(self) -> frozenset[str]:
        """The names of blocks whose newest version is not the first."""
        return frozenset(name for name, named in self._names.items() if named.version != 1)

    def place(self, name: str) -> str | None:
        """The file of a block, by id or alias."""
        named = self._names.get(name)
        return None if named is None else self._modules.get(named.module)

    def find(self, name: str, version: int | None = None) -> BlockCode | None:
        named = self._names.get(name)
        if named is None:
            return None
        for code, _ in self._load(named.module).codes:
            spec = code.spec
            if (name == spec.id or name in spec.aliases) and spec.version == (
                named.version if version is None else version
            ):
                return code
        return None

    def specs(self) -> list[BlockSpec]:
        return [spec for spec in self._all() if spec.version == self.newest(spec.id)]

    def listed(self) -> list[BlockSpec]:
        """As `specs`, of what is written down where that is still so; code is loaded for the rest.

        Those that are written down have their tier, and no worlds of examples.
        """
        listed = (
            self._written[module]
            if module in self._written
            else [code.spec for code, _ in self._load(module).codes]
            for module in self._modules
        )
        return [spec for specs in listed for spec in specs if spec.version == self.newest(spec.id)]

    def modules(self) -> dict[str, str]:
        """The files of all modules by name."""
        return dict(self._modules)

    def loaded(self, module: str) -> list[BlockSpec]:
        """All versions of the blocks of a module."""
        return [code.spec for code, _ in self._load(module).codes]

    def older(self) -> list[BlockSpec]:
        moved = {self._names[name].module for name in self.beyond_first()}
        return [
            code.spec
            for module in moved
            for code, _ in self._load(module).codes
            if code.spec.version != self.newest(code.spec.id)
        ]

    def broken(self) -> list[BrokenBlock]:
        """What is written down was in order."""
        return merged(
            broken
            for module in self._modules
            if module in self._found or module not in self._written
            for broken in self._load(module).broken
        )

    @cached_property
    def _written(self) -> dict[str, tuple[BlockSpec, ...]]:
        return written_specs.read(self._modules)

    def _all(self) -> Iterator[BlockSpec]:
        for module in self._modules:
            for code, _ in self._load(module).codes:
                yield code.spec

    def _load(self, module: str) -> Found:
        if module not in self._found:
            found = Found()
            found.take(module, self._modules[module], "builtin")
            self._found[module] = found.done()
        return self._found[module]


def _names_in(path: Path) -> Iterator[tuple[str, int]]:
    for text in _CLASS.split(path.read_text(encoding="utf-8")):
        version = _VERSION.search(text)
        aliases = (name for group in _ALIASES.findall(text) for name in _TEXT.findall(group))
        for name in (*_ID.findall(text), *aliases):
            yield name, int(version[1]) if version else 1

"""The blocks of `luban.blocks`: their ids read from the text of the files, their code on demand.

Importing all of them takes longer than a small agent runs, and most runs need a handful.
"""

from __future__ import annotations

import re
from pathlib import Path

from luban.model.block import BlockSpec
from luban.registry.found import Found
from luban.registry.loading import modules_of
from luban.registry.registry import BrokenBlock
from luban.sdk.code import BlockCode

PACKAGE = "luban.blocks"

_ID = re.compile(r'^    id = "([^"]+)"', re.MULTILINE)
_ALIASES = re.compile(r"^    aliases = \(([^)]*)\)", re.MULTILINE)
_TEXT = re.compile(r'"([^"]+)"')


class BuiltIn:
    """Finds built-in blocks; every block is written as a class with its `id` as plain text."""

    def __init__(self) -> None:
        self._modules = dict(modules_of(PACKAGE))
        self._found: dict[str, Found] = {}
        self._names: dict[str, str] = {}
        for module, path in self._modules.items():
            self._names |= dict.fromkeys(_names_in(Path(path)), module)

    def names(self) -> set[str]:
        """All ids and aliases, as the files say them."""
        return set(self._names)

    def place(self, name: str) -> str | None:
        """The file of a block, by id or alias."""
        return self._modules.get(self._names.get(name, ""))

    def find(self, name: str) -> BlockCode | None:
        module = self._names.get(name)
        if module is None:
            return None
        for code, _ in self._load(module).codes:
            if name == code.spec.id or name in code.spec.aliases:
                return code
        return None

    def specs(self) -> list[BlockSpec]:
        return [code.spec for module in self._modules for code, _ in self._load(module).codes]

    def broken(self) -> list[BrokenBlock]:
        return list(
            dict.fromkeys(
                broken for module in self._modules for broken in self._load(module).broken
            )
        )

    def _load(self, module: str) -> Found:
        if module not in self._found:
            found = Found()
            found.take(module, self._modules[module], "builtin")
            self._found[module] = found.done()
        return self._found[module]


def _names_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    aliases = (name for group in _ALIASES.findall(text) for name in _TEXT.findall(group))
    return [*_ID.findall(text), *aliases]

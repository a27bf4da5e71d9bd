"""How a node names its block: `text.split`, or `text.split@2` for one version of it."""

from __future__ import annotations

import re
from typing import NamedTuple

_VERSIONED = re.compile(r"(.+)@([1-9]\d{0,8})")


class BlockReference(NamedTuple):
    """A block by id or alias; without a version the newest is meant."""

    block: str
    version: int | None = None

    def __str__(self) -> str:
        return self.block if self.version is None else f"{self.block}@{self.version}"


def read_reference(text: str) -> BlockReference:
    """Any text is a reference; only a whole number behind `@` is a version."""
    versioned = _VERSIONED.fullmatch(text) if "@" in text else None
    if versioned is None:
        return BlockReference(text)
    return BlockReference(versioned[1], int(versioned[2]))

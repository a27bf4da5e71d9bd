"""Statements with `:name` parameters, turned into the numbered ones the server takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

# Texts in quotes and casts hold colons too.
_TOKEN = re.compile(r"'(?:[^']|'')*'|::\w+|:([a-z_]+)")


class Numbered(NamedTuple):
    """A statement with `$1`, `$2`, …, and the names these had."""

    text: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        return [values[name] for name in self.names]


@lru_cache(maxsize=512)
def numbered(statement: str) -> Numbered:
    """The statement as the server takes it; a name used twice is one parameter."""
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        return f"${names.setdefault(name, len(names) + 1)}"

    return Numbered(_TOKEN.sub(number, statement), tuple(names))

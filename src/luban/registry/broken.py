"""A file that gives no usable block, and which blocks it would have given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from luban.sdk.block import USER_MODULES


class BrokenBlock(NamedTuple):
    """Where a file is wrong, and how, in both languages; `blocks` are the ids missing for it."""

    path: str
    line: int | None
    message: str
    message_zh: str
    blocks: tuple[str, ...] = ()


_ID = re.compile(r"""\bid\s*=\s*["']([^"'\n]+)["']""")
_FUNCTION = re.compile(r"^@block\b.*?^(?:async\s+)?def\s+(\w+)", re.MULTILINE | re.DOTALL)


def ids_in(path: Path, module: str) -> tuple[str, ...]:
    """The ids that the text of a file speaks of, though it cannot be loaded."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    module = module.removeprefix(USER_MODULES)
    last = module.rpartition(".")[2]
    nameless = (found[1] for found in _FUNCTION.finditer(text) if not _ID.search(found[0]))
    functions = (module if name == last else f"{module}.{name}" for name in nameless)
    return tuple(dict.fromkeys((*_ID.findall(text), *functions)))


def merged(broken: Iterable[BrokenBlock]) -> list[BrokenBlock]:
    """What is wrong with one place told once, for all the blocks that are missing for it."""
    by_place: dict[BrokenBlock, list[str]] = {}
    for each in broken:
        by_place.setdefault(each._replace(blocks=()), []).extend(each.blocks)
    return [each._replace(blocks=tuple(dict.fromkeys(blocks))) for each, blocks in by_place.items()]

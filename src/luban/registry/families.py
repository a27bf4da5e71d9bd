"""Families of blocks in folders: `NAME.openapi.toml` with its document `NAME.openapi.json`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import orjson

from luban.model.errors import LubanError
from luban.registry.broken import BrokenBlock, ids_in
from luban.registry.folders import FAMILY
from luban.registry.found import Found
from luban.sdk.code import BlockCode

_LARGEST = 32 << 20


class _Read(NamedTuple):
    codes: tuple[BlockCode, ...]
    broken: tuple[BrokenBlock, ...]


def family_stamps(families: Sequence[Path]) -> dict[str, tuple[int, int]]:
    """Differ when a family or its document was written to."""
    return {str(each): _stamp(each) for path in families for each in (path, document_of(path))}


def document_of(family: Path) -> Path:
    """Where a family's document stands."""
    return family.with_name(family.name.removesuffix(FAMILY) + ".openapi.json")


def take_families(found: Found, families: Sequence[tuple[Path, Path]]) -> None:
    """Adds their blocks, and what is wrong with them; each has the folder that was walked."""
    for path, top in families:
        read = _read(path, _stamp(path), _stamp(document_of(path)))
        for code in read.codes:
            found.take_code(code, str(path), str(path), top)
        found.broken += read.broken


@lru_cache(maxsize=256)
def _read(path: Path, changed: tuple[int, int], document_changed: tuple[int, int]) -> _Read:
    """Read once for each state of both files: nothing in them is run."""
    from luban.sdk.openapi.document import ApiDocument  # only where there are families
    from luban.sdk.openapi.family import blocks_of, read_family

    document = document_of(path)
    try:
        family = read_family(tomllib.loads(path.read_text(encoding="utf-8")))
        if document.stat().st_size > _LARGEST:
            raise ValueError(f"{document.name} is larger than {_LARGEST >> 20} MB")
        codes, wrong = blocks_of(family, ApiDocument(orjson.loads(document.read_bytes())))
    except LubanError as error:
        return _broken(path, str(error), error.message_zh)
    except (OSError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        return _broken(path, said, f"加载时出错：{said}")
    return _Read(
        tuple(codes),
        tuple(BrokenBlock(str(path), None, str(e), e.message_zh, (name,)) for name, e in wrong),
    )


def _broken(path: Path, said: str, said_zh: str) -> _Read:
    return _Read((), (BrokenBlock(str(path), None, said, said_zh, ids_in(path, "")),))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return 0, 0
    return state.st_mtime_ns, state.st_size

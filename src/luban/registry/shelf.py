"""What one look at folders and packages gave: blocks by id and version, and what is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from luban.model.block import BlockSpec
from luban.registry.broken import BrokenBlock
from luban.sdk.code import BlockCode

Version = tuple[str, int]
"""A block's id, and one version of it."""


class Source(Protocol):
    """Blocks that are there from the start and come first."""

    def names(self) -> set[str]: ...

    def newest(self, name: str) -> int | None: ...

    def beyond_first(self) -> frozenset[str]: ...

    def place(self, name: str) -> str | None: ...

    def find(self, name: str, version: int | None = None) -> BlockCode | None: ...

    def specs(self) -> list[BlockSpec]: ...

    def listed(self) -> list[BlockSpec]: ...

    def older(self) -> list[BlockSpec]: ...

    def broken(self) -> list[BrokenBlock]: ...


@dataclass
class Shelf:
    """What there is beside the built-in blocks; `stamps` tells whether files changed.

    `codes` are the newest version of each block, `older` the others.
    """

    built_in: Source
    codes: dict[str, BlockCode] = field(default_factory=dict[str, BlockCode])
    older: dict[Version, BlockCode] = field(default_factory=dict[Version, BlockCode])
    places: dict[str, str] = field(default_factory=dict[str, str])
    origins: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[str, str] = field(default_factory=dict[str, str])
    broken: list[BrokenBlock] = field(default_factory=list[BrokenBlock])
    stamps: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    programs: Sequence[str] = ()

    def add(self, code: BlockCode, place: str, origin: str) -> None:
        """Puts a block on the shelf, unless its id or an alias is taken: then it is broken.

        Another version of a block may stand beside it, if both come from one origin.
        """
        spec = code.spec
        for name in (spec.id, *spec.aliases):
            taken_by = self.place(name)
            if taken_by is not None and not self._is_other_version(code, name, origin):
                self.broken.append(_duplicate(name, spec.version, place, taken_by))
                return
        there = self.codes.get(spec.id)
        if there is not None and spec.version < there.spec.version:
            self.older[spec.id, spec.version] = code
        else:
            if there is not None:
                self.older[spec.id, there.spec.version] = there
            self.codes[spec.id] = code
            self.places[spec.id] = place
            self.origins[spec.id] = origin
        self.names |= dict.fromkeys((spec.id, *spec.aliases), spec.id)

    def place(self, name: str) -> str | None:
        return self.built_in.place(name) or self.places.get(self.names.get(name, ""))

    def versions(self) -> dict[Version, BlockCode]:
        """Every version of every block."""
        return {
            **{(name, code.spec.version): code for name, code in self.codes.items()},
            **self.older,
        }

    def _is_other_version(self, code: BlockCode, name: str, origin: str) -> bool:
        mine, version = code.spec.id, code.spec.version
        if self.names.get(name) != mine or self.origins.get(mine) != origin:
            return False
        return (mine, version) not in self.older and self.codes[mine].spec.version != version


def _duplicate(name: str, version: int, place: str, taken_by: str) -> BrokenBlock:
    return BrokenBlock(
        place,
        None,
        f"The block id `{name}` (version {version}) of {place} is already used by {taken_by}. Give "
        "one of them an id of its own; until then the first one is used.",
        f"{place} 中的模块 id“{name}”（版本 {version}）已被 {taken_by} 使用。"
        "请为其中一个换一个 id；在此之前使用前者。",
    )

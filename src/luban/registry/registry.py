"""The blocks there are: found by id or alias, with the places of those that could not be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from luban.model.block import BlockSpec
from luban.sdk.code import BlockCode


class BrokenBlock(NamedTuple):
    """A file that gives no usable block: where it is wrong, and how, in both languages."""

    path: str
    line: int | None
    message: str
    message_zh: str


class Changes(NamedTuple):
    """What became different between two looks, as ids of blocks."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    broken: list[BrokenBlock]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.broken)


class Source(Protocol):
    """Blocks that are there from the start and come first."""

    def names(self) -> set[str]: ...

    def place(self, name: str) -> str | None: ...

    def find(self, name: str) -> BlockCode | None: ...

    def specs(self) -> list[BlockSpec]: ...

    def broken(self) -> list[BrokenBlock]: ...


@dataclass
class Shelf:
    """What one look gave beside the built-in blocks; `stamps` tells whether files changed."""

    built_in: Source
    codes: dict[str, BlockCode] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    broken: list[BrokenBlock] = field(default_factory=list)
    stamps: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, code: BlockCode, place: str) -> None:
        """Puts a block on the shelf, unless its id or an alias is taken: then it is broken."""
        spec = code.spec
        for name in (spec.id, *spec.aliases):
            taken_by = self.place(name)
            if taken_by is not None:
                self.broken.append(_duplicate(name, place, taken_by))
                return
        self.codes[spec.id] = code
        self.places[spec.id] = place
        self.names |= dict.fromkeys((spec.id, *spec.aliases), spec.id)

    def place(self, name: str) -> str | None:
        return self.built_in.place(name) or self.places.get(self.names.get(name, ""))


class Registry:
    """All blocks, as one look at their sources found them; `reload` looks again."""

    def __init__(self, built_in: Source, look: Callable[[Shelf | None], Shelf]) -> None:
        self._built_in = built_in
        self._look = look
        self._shelf = look(None)

    def find(self, block_id: str) -> BlockCode | None:
        """The code of a block by its id or an alias; `None` when there is none."""
        name = self._shelf.names.get(block_id)
        return self._built_in.find(block_id) if name is None else self._shelf.codes[name]

    def names(self) -> set[str]:
        """All ids and aliases; cheaper than `specs`, which loads every block."""
        return self._built_in.names() | set(self._shelf.names)

    def specs(self) -> list[BlockSpec]:
        """What is known of every block, built-in ones first."""
        return [*self._built_in.specs(), *(code.spec for code in self._shelf.codes.values())]

    def broken(self) -> list[BrokenBlock]:
        """Files and blocks that cannot be used, in the order they were met."""
        return [*self._built_in.broken(), *self._shelf.broken]

    def place(self, block_id: str) -> str | None:
        """The file a block stands in."""
        return self._shelf.place(block_id)

    def reload(self) -> Changes:
        """Looks at the folders again; if any file differs, all files of folders are loaded anew.

        Runs that are under way keep the code they started with.
        """
        before, after = self._shelf, self._look(self._shelf)
        self._shelf = after
        return Changes(
            added=[name for name in after.codes if name not in before.codes],
            changed=[
                name
                for name in after.codes
                if name in before.codes and not _same(before, after, name)
            ],
            removed=[name for name in before.codes if name not in after.codes],
            broken=[each for each in after.broken if each not in before.broken],
        )


def _same(before: Shelf, after: Shelf, name: str) -> bool:
    place = after.places[name]
    if before.places[name] != place or before.stamps.get(place) != after.stamps.get(place):
        return False
    return before.codes[name].spec == after.codes[name].spec


def _duplicate(name: str, place: str, taken_by: str) -> BrokenBlock:
    return BrokenBlock(
        place,
        None,
        f"The block id `{name}` of {place} is already used by {taken_by}. Give one of them an id "
        "of its own; until then the first one is used.",
        f"{place} 中的模块 id“{name}”已被 {taken_by} 使用。"
        "请为其中一个换一个 id；在此之前使用前者。",
    )

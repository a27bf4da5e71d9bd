"""The blocks there are: found by id or alias, with the places of those that could not be used."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from luban.model.block import BlockSpec
from luban.model.block_reference import BlockReference, read_reference
from luban.registry.broken import BrokenBlock
from luban.registry.shelf import Shelf, Source, Version
from luban.sdk.code import BlockCode

_RETIRED = 128
"""Versions no longer in any file whose code is kept for the runs that began with them."""


class Changes(NamedTuple):
    """What became different between two looks, as ids of blocks."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    broken: list[BrokenBlock]
    repaired: bool = False
    """Whether something is no longer broken."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.broken or self.repaired)


class Registry:
    """All blocks, as one look at their sources found them; `reload` looks again."""

    def __init__(self, built_in: Source, look: Callable[[Shelf | None], Shelf]) -> None:
        self._built_in = built_in
        self._look = look
        self._shelf = look(None)
        self._retired: OrderedDict[Version, BlockCode] = OrderedDict()
        self._beyond_first = self._moved()

    def find(self, block_id: str) -> BlockCode | None:
        """The code of a block by its id or an alias; `None` when there is none.

        `id@2` is that version of it; without a version the newest is given.
        """
        name = self._shelf.names.get(block_id)
        if name is not None:
            return self._shelf.codes[name]
        if "@" in block_id:
            return self._version(read_reference(block_id))
        return self._built_in.find(block_id)

    def _version(self, wanted: BlockReference) -> BlockCode | None:
        name = self._shelf.names.get(wanted.block)
        if name is None or wanted.version is None:
            return self._built_in.find(wanted.block, wanted.version)
        code = self._shelf.codes[name]
        if code.spec.version == wanted.version:
            return code
        return self._shelf.older.get((name, wanted.version))

    def pinned(self, block_id: str, version: int) -> BlockCode | None:
        """A version of a block, also one that is in no file any more: for runs that began with it.

        That code is kept until this process ends.
        """
        found = self._version(BlockReference(block_id, version))
        return found or self._retired.get((self._shelf.names.get(block_id, block_id), version))

    def newest(self, block_id: str) -> int | None:
        """The newest version of a block, without loading it; `None` when there is none."""
        name = self._shelf.names.get(block_id)
        if name is None:
            return self._built_in.newest(block_id)
        return self._shelf.codes[name].spec.version

    @property
    def beyond_first(self) -> frozenset[str]:
        """The names of blocks whose newest version is not the first."""
        return self._beyond_first

    def names(self) -> set[str]:
        """All ids and aliases; cheaper than `specs`, which loads every block."""
        return self._built_in.names() | set(self._shelf.names)

    def specs(self) -> list[BlockSpec]:
        """What is known of every block in its newest version, built-in ones first."""
        return [*self._built_in.specs(), *(code.spec for code in self._shelf.codes.values())]

    def listed(self) -> list[BlockSpec]:
        """As `specs`, for a palette: built-in blocks are told without loading their code."""
        return [*self._built_in.listed(), *(code.spec for code in self._shelf.codes.values())]

    def older(self) -> list[BlockSpec]:
        """The other versions of blocks that are there in several."""
        return [*self._built_in.older(), *(code.spec for code in self._shelf.older.values())]

    def broken(self) -> list[BrokenBlock]:
        """Files and blocks that cannot be used, in the order they were met."""
        return [*self._built_in.broken(), *self._shelf.broken]

    def trouble(self, block_id: str) -> BrokenBlock | None:
        """Why a block is not there, if a file that would give it is broken."""
        name = read_reference(block_id).block
        return next((each for each in self._shelf.broken if name in each.blocks), None)

    def place(self, block_id: str) -> str | None:
        """The file a block stands in."""
        return self._shelf.place(block_id)

    def reload(self) -> Changes:
        """Looks at the folders again; if any file differs, all files of folders are loaded anew.

        Runs that are under way keep the code they started with.
        """
        before, after = self._shelf, self._look(self._shelf)
        if after is before:
            return Changes([], [], [], [])
        self._retire(before, after)
        self._shelf = after
        self._beyond_first = self._moved()
        return Changes(
            added=[name for name in after.codes if name not in before.codes],
            changed=[
                name
                for name in after.codes
                if name in before.codes and not _same(before, after, name)
            ],
            removed=[name for name in before.codes if name not in after.codes],
            broken=[each for each in after.broken if each not in before.broken],
            repaired=any(each not in after.broken for each in before.broken),
        )

    def _retire(self, before: Shelf, after: Shelf) -> None:
        there = after.versions()
        for version in there:
            self._retired.pop(version, None)
        for version, code in before.versions().items():
            if version not in there:
                self._retired[version] = code
        while len(self._retired) > _RETIRED:
            self._retired.popitem(last=False)

    def _moved(self) -> frozenset[str]:
        shelf = self._shelf
        own = (name for name, to in shelf.names.items() if shelf.codes[to].spec.version != 1)
        return self._built_in.beyond_first() | frozenset(own)


def _same(before: Shelf, after: Shelf, name: str) -> bool:
    place = after.places[name]
    if before.places[name] != place or before.stamps.get(place) != after.stamps.get(place):
        return False
    return before.codes[name].spec == after.codes[name].spec

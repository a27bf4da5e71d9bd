"""The blocks of a run, in the versions it began with.

They are written in the run's first event and looked up once, when it is taken up; no step asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from luban.engine.plan import Plan
from luban.model.block_reference import BlockReference, read_reference
from luban.model.events import Event, RunStarted
from luban.sdk.code import BlockCode, BlockSource


@runtime_checkable
class Keeping(Protocol):
    """A source of blocks that keeps code which no file holds any more."""

    def pinned(self, block_id: str, version: int) -> BlockCode | None: ...


class PinnedBlocks:
    """A source of blocks that gives exactly the versions a run began with.

    `versions` are as `Plan.versions` writes them. Blocks the run did not have are as they are now.
    """

    def __init__(self, blocks: BlockSource, versions: Mapping[str, int]) -> None:
        self._blocks = blocks
        self._versions: dict[str, set[int]] = {}
        for name, version in versions.items():
            self._versions.setdefault(read_reference(name).block, set()).add(version)

    def find(self, block_id: str) -> BlockCode | None:
        wanted = read_reference(block_id)
        name, versions = self._began_with(wanted.block)
        if not versions:
            return self._blocks.find(block_id)
        if wanted.version is None:
            return self._exact(name, max(versions))
        return self._exact(name, wanted.version) if wanted.version in versions else None

    def newest(self, block_id: str) -> int | None:
        """The newest the run has of a block."""
        _, versions = self._began_with(block_id)
        return max(versions, default=None)

    def wanted(self, block_id: str) -> int | None:
        """The version that the run needs of a block; `None` is any."""
        named = read_reference(block_id)
        _, versions = self._began_with(named.block)
        return max(versions) if versions and named.version not in versions else named.version

    def _began_with(self, name: str) -> tuple[str, set[int]]:
        if name not in self._versions and (code := self._blocks.find(name)) is not None:
            name = code.spec.id  # it may be an alias
        return name, self._versions.get(name, set())

    def _exact(self, name: str, version: int) -> BlockCode | None:
        if isinstance(self._blocks, Keeping):
            return self._blocks.pinned(name, version)
        code = self._blocks.find(name)
        if code is not None and code.spec.version == version:
            return code
        return self._blocks.find(str(BlockReference(name, version)))


def began_with(events: Iterable[Event]) -> dict[str, int]:
    """The versions a run began with; none for one that has not begun."""
    for event in events:
        if isinstance(event, RunStarted):
            return event.blocks or {}
    return {}


def as_begun(blocks: BlockSource, events: Iterable[Event]) -> BlockSource:
    """The blocks as a run with these events has them."""
    versions = began_with(events)
    return PinnedBlocks(blocks, versions) if versions else blocks


def keeps(plan: Plan, versions: Mapping[str, int]) -> bool:
    """Whether a plan has the blocks in the versions a run began with."""
    return all(plan.versions.get(name, version) == version for name, version in versions.items())

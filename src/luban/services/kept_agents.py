"""Agents and graph versions as they are kept: nodes of an older version of a block say so.

In the store a node without a version is one of its block's first, so that nothing kept has to
change when a block moves on; outside, it is one of the newest. Both are put right here, and what a
block's rules can bring up is brought up when it is read.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from luban.engine.fitting import fitted, named
from luban.ports.stores import Agent, AgentStore, GraphVersion, Page, Slice
from luban.sdk.code import BlockCode

Tree = dict[str, Any]
K = TypeVar("K", Agent, GraphVersion)


class MovingBlocks(Protocol):
    """Blocks that may have moved on from their first version; the registry is one."""

    def find(self, block_id: str) -> BlockCode | None: ...

    def newest(self, block_id: str) -> int | None: ...

    @property
    def beyond_first(self) -> frozenset[str]:
        """The names of blocks whose newest version is not the first."""
        ...


def as_kept(document: Tree, blocks: MovingBlocks) -> Tree:
    """A document to be stored: what is meant as the newest version is named."""
    return named(document, blocks) if blocks.beyond_first else document


def as_written(document: Tree, blocks: MovingBlocks) -> Tree:
    """A stored document with its versions named, whatever is installed."""
    return named(document, blocks, 1) if blocks.beyond_first else document


class KeptAgents:
    """`AgentStore` over another one, with documents for the blocks there are now."""

    def __init__(self, store: AgentStore, blocks: MovingBlocks) -> None:
        self._store = store
        self._blocks = blocks

    async def create(self, agent: Agent) -> None:
        await self._store.create(self._kept(agent))

    async def find(self, owner: str, agent_id: str) -> Agent | None:
        found = await self._store.find(owner, agent_id)
        return None if found is None else self._shown(found)

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: str = "updated"
    ) -> Page[Agent]:
        page = await self._store.list(owner, part, search=search, sort=sort)
        return Page([self._shown(agent) for agent in page.items], page.total)

    async def update(self, agent: Agent, *, expected_revision: int) -> bool:
        return await self._store.update(self._kept(agent), expected_revision=expected_revision)

    async def delete(self, owner: str, agent_id: str) -> bool:
        return await self._store.delete(owner, agent_id)

    async def restore(self, owner: str, agent_id: str) -> bool:
        return await self._store.restore(owner, agent_id)

    async def add_version(
        self, owner: str, agent_id: str, document: Tree, digest: str, at: float
    ) -> GraphVersion:
        document = as_kept(document, self._blocks)
        return await self._store.add_version(owner, agent_id, document, digest, at)

    async def publish(self, owner: str, agent_id: str, version: int, label: str) -> bool:
        return await self._store.publish(owner, agent_id, version, label)

    async def find_version(self, owner: str, agent_id: str, version: int) -> GraphVersion | None:
        found = await self._store.find_version(owner, agent_id, version)
        return None if found is None else self._shown(found)

    async def list_versions(self, owner: str, agent_id: str, part: Slice) -> Page[GraphVersion]:
        page = await self._store.list_versions(owner, agent_id, part)
        return Page([self._shown(version) for version in page.items], page.total)

    def _kept(self, agent: Agent) -> Agent:
        document = as_kept(agent.document, self._blocks)
        return agent if document is agent.document else _with(agent, document)

    def _shown(self, kept: K) -> K:
        document = fitted(as_written(kept.document, self._blocks), self._blocks)
        return kept if document is kept.document else _with(kept, document)


def _with(kept: K, document: Tree) -> K:
    return kept.model_copy(update={"document": document})

"""Versions of agents: frozen by content when a run needs one, published, taken up again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any

from luban.model.document import read_document
from luban.model.errors import NotFound
from luban.model.graph import Graph
from luban.model.values import canonical
from luban.ports.clock import Clock
from luban.ports.stores import Agent, AgentStore, GraphVersion, Page, Slice
from luban.services.agents import AgentChange, Agents
from luban.services.checking import Checking
from luban.services.kept_agents import MovingBlocks, as_written

_REMEMBERED = 256


class Versions:
    """The versions of an owner's agents."""

    def __init__(self, store: AgentStore, agents: Agents, checking: Checking, clock: Clock) -> None:
        self._store = store
        self._agents = agents
        self._checking = checking
        self._clock = clock
        self._frozen: dict[tuple[str, int], int] = {}
        """By agent and revision: which version the draft was when it was last frozen."""

    async def list(
        self, owner: str, agent_id: str, part: Slice
    ) -> tuple[Agent, Page[GraphVersion]]:
        """Newest first, with the agent, which knows the published one. Raises `NotFound`."""
        agent = await self._agents.get(owner, agent_id)
        return agent, await self._store.list_versions(owner, agent_id, part)

    async def get(self, owner: str, agent_id: str, version: int) -> GraphVersion:
        """Also of a deleted agent, for its runs. Raises `NotFound`."""
        found = await self._store.find_version(owner, agent_id, version)
        if found is None:
            raise no_version(version)
        return found

    async def snapshot(self, agent: Agent) -> int:
        """The number of the version with the content of the agent's draft."""
        place = (agent.id, agent.revision)
        known = self._frozen.get(place)
        if known is not None and known == agent.latest_version:
            return known
        version = await self.freeze(agent.owner, agent.id, agent.document)
        if len(self._frozen) >= _REMEMBERED:
            self._frozen.clear()
        self._frozen[place] = version.version
        return version.version

    async def freeze(self, owner: str, agent_id: str, document: dict[str, Any]) -> GraphVersion:
        """The version of an agent with this content, which need not be its draft's."""
        digest = hashlib.sha256(canonical(document)).hexdigest()
        return await self._store.add_version(owner, agent_id, document, digest, self._clock.now())

    async def publish(
        self, owner: str, agent_id: str, label: str = ""
    ) -> tuple[Agent, GraphVersion]:
        """Freezes the draft and makes it the published version.

        Raises `NotFound` and `AgentHasErrors`.
        """
        agent = await self._agents.get(owner, agent_id)
        self._checking.agent(agent).require_runnable()
        version = await self.snapshot(agent)
        await self._store.publish(owner, agent_id, version, label)
        return (
            await self._agents.get(owner, agent_id),
            await self.get(owner, agent_id, version),
        )

    async def restore(self, owner: str, agent_id: str, version: int) -> Agent:
        """Makes the content of a version the draft again. Raises `NotFound`."""
        found = await self.get(owner, agent_id, version)
        return await self._agents.change(owner, agent_id, AgentChange(document=found.document))


class StoredGraphs:
    """`GraphSource` of the engine: versions as graphs; they never change, so they are kept.

    Their nodes name versions of blocks as they were stored: which are there now is the engine's
    question, and for a run that has begun it is another one.
    """

    def __init__(self, store: AgentStore, blocks: MovingBlocks) -> None:
        self._store = store
        self._blocks = blocks
        self._moved: frozenset[str] = blocks.beyond_first
        self._known: OrderedDict[tuple[str, str, int], Graph] = OrderedDict()

    async def load(self, owner: str, agent_id: str, version: int) -> Graph:
        """Raises `NotFound` when the version was deleted."""
        if self._moved != self._blocks.beyond_first:
            self._moved = self._blocks.beyond_first
            self._known.clear()
        key = (owner, agent_id, version)
        graph = self._known.get(key)
        if graph is None:
            found = await self._store.find_version(owner, agent_id, version)
            if found is None:
                raise no_version(version)
            document = as_written(found.document, self._blocks)
            graph = self._known[key] = read_document(document)[0]
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return graph


def node_count(document: dict[str, Any]) -> int:
    """How many nodes a document has on its top level."""
    nodes = document.get("nodes")
    return len(nodes) if isinstance(nodes, dict) else 0


def no_version(version: int) -> NotFound:
    return NotFound(
        what="version",
        what_zh="版本",
        name=str(version),
        way_out="The agent's versions are listed under `versions`.",
        way_out_zh="可在“版本”中查看此智能体的所有版本。",
    )

"""Which agents use a credential: by name, by id, or as the only one of its provider."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from luban.model.document import read_document
from luban.model.graph import Graph, Node
from luban.ports.stores import Agent, AgentStore, Slice
from luban.ports.vault import Credential
from luban.sdk.code import BlockSource
from luban.services.credentials.choosing import named_by, named_for, wanted_by
from luban.services.credentials.use import Use

_PAGE = 200


class Uses:
    """Looks through the drafts and published versions of an owner's agents."""

    def __init__(self, agents: AgentStore, blocks: BlockSource) -> None:
        self._agents = agents
        self._blocks = blocks

    async def of(self, credential: Credential, alone: bool) -> list[Use]:
        """`alone` says that it is the only one of its provider, and so what nodes use unasked."""
        found: list[Use] = []
        page = 1
        while True:
            listed = await self._agents.list(credential.owner, Slice(page, _PAGE))
            for agent in listed.items:
                found += [use async for use in self._of_agent(agent, credential, alone)]
            if page * _PAGE >= listed.total:
                return found
            page += 1

    async def _of_agent(
        self, agent: Agent, credential: Credential, alone: bool
    ) -> AsyncIterator[Use]:
        graph, _ = read_document(agent.document)
        for node in self._nodes(graph, credential, alone):
            yield Use(agent.id, agent.name, node)
        published = agent.published_version
        if published is None:
            return
        version = await self._agents.find_version(agent.owner, agent.id, published)
        if version is not None and version.document != agent.document:
            graph, _ = read_document(version.document)
            for node in self._nodes(graph, credential, alone):
                yield Use(agent.id, agent.name, node, published)

    def _nodes(self, graph: Graph, credential: Credential, alone: bool) -> list[str]:
        return [path for path, node in nodes_of(graph.nodes) if self._uses(node, credential, alone)]

    def _uses(self, node: Node, credential: Credential, alone: bool) -> bool:
        names = named_by(node)
        if credential.id in names or credential.name in names:
            return True
        if not alone or node.disabled:
            return False
        provider = credential.provider
        wanted = any(need.provider == provider for need in wanted_by(node, self._blocks))
        return wanted and named_for(node, provider) is None


def nodes_of(nodes: Sequence[Node], above: str = "") -> Iterator[tuple[str, Node]]:
    """Every node by its path, those in bodies included."""
    for node in nodes:
        yield above + node.id, node
        if node.body is not None:
            yield from nodes_of(node.body.nodes, f"{above}{node.id}/")

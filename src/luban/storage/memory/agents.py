"""Agents and their graph versions in memory."""

from __future__ import annotations

from typing import Any

from luban.model.errors import NotFound
from luban.model.values import decode, encode
from luban.ports.clock import Clock
from luban.ports.stores import Agent, GraphVersion, Page, Slice
from luban.storage.memory.tables import Tables, page


class MemoryAgentStore:
    """`AgentStore` over `Tables`."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def create(self, agent: Agent) -> None:
        self._tables.agents[agent.id] = agent.model_copy(deep=True)

    async def find(self, owner: str, agent_id: str) -> Agent | None:
        agent = self._find(owner, agent_id)
        return agent.model_copy(deep=True) if agent else None

    async def list(
        self, owner: str, part: Slice, *, search: str = "", sort: str = "updated"
    ) -> Page[Agent]:
        found = [
            agent
            for agent in self._tables.agents.values()
            if self._find(owner, agent.id) and search.casefold() in _searched(agent)
        ]
        if sort == "name":
            found.sort(key=lambda agent: (_searched(agent), agent.id))
        else:
            found.sort(key=lambda agent: (agent.updated_at, agent.id), reverse=True)
        agents, total = page(found, part)
        return Page([agent.model_copy(deep=True) for agent in agents], total)

    async def update(self, agent: Agent, *, expected_revision: int) -> bool:
        present = self._find(agent.owner, agent.id)
        if present is None or present.revision != expected_revision:
            return False
        kept = {
            "published_version": present.published_version,
            "latest_version": present.latest_version,
            "created_at": present.created_at,
        }
        self._tables.agents[agent.id] = agent.model_copy(update=kept).model_copy(deep=True)
        return True

    async def delete(self, owner: str, agent_id: str) -> bool:
        if self._find(owner, agent_id) is None:
            return False
        self._tables.deleted.add(agent_id)
        return True

    async def restore(self, owner: str, agent_id: str) -> bool:
        agent = self._tables.agents.get(agent_id)
        if agent is None or agent.owner != owner or agent_id not in self._tables.deleted:
            return False
        self._tables.deleted.remove(agent_id)
        return True

    async def add_version(
        self, owner: str, agent_id: str, document: dict[str, Any], digest: str, at: float
    ) -> GraphVersion:
        agent = self._find(owner, agent_id)
        if agent is None:
            raise NotFound(what="agent", what_zh="智能体", name=agent_id)
        latest = agent.latest_version or 0
        last = self._tables.versions.get((agent_id, latest))
        if last is not None and last.digest == digest:
            return last.model_copy(deep=True)
        version = GraphVersion(
            agent_id=agent_id,
            owner=owner,
            version=latest + 1,
            digest=digest,
            document=decode(encode(document)),
            created_at=at,
        )
        self._tables.versions[agent_id, version.version] = version
        self._change(agent, latest_version=version.version)
        return version.model_copy(deep=True)

    async def publish(self, owner: str, agent_id: str, version: int, label: str) -> bool:
        agent = self._find(owner, agent_id)
        known = self._tables.versions.get((agent_id, version))
        if agent is None or known is None:
            return False
        self._tables.versions[agent_id, version] = known.model_copy(update={"label": label})
        self._change(agent, published_version=version)
        return True

    async def find_version(self, owner: str, agent_id: str, version: int) -> GraphVersion | None:
        found = self._tables.versions.get((agent_id, version))
        return found.model_copy(deep=True) if found and found.owner == owner else None

    async def list_versions(self, owner: str, agent_id: str, part: Slice) -> Page[GraphVersion]:
        found = [
            version
            for version in reversed(self._tables.versions.values())
            if version.agent_id == agent_id and version.owner == owner
        ]
        versions, total = page(found, part)
        return Page([version.model_copy(deep=True) for version in versions], total)

    def _find(self, owner: str, agent_id: str) -> Agent | None:
        agent = self._tables.agents.get(agent_id)
        if agent is None or agent.owner != owner or agent_id in self._tables.deleted:
            return None
        return agent

    def _change(self, agent: Agent, **update: int) -> None:
        self._tables.agents[agent.id] = agent.model_copy(update=update)


def _searched(agent: Agent) -> str:
    return f"{agent.name}\n{agent.description}".casefold()

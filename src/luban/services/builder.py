"""The agent that builds agents: shipped as a template, one of each team's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from luban.model.run import Run
from luban.services.agents import AgentDraft, Agents
from luban.services.runs import Runs

TEMPLATE = "builder"


class Builder:
    """Starts runs of the builder, which a team gets when it first needs it."""

    def __init__(self, agents: Agents, runs: Runs) -> None:
        self._agents = agents
        self._runs = runs

    async def start(self, owner: str, inputs: Mapping[str, Any]) -> Run:
        """Raises what starting a run raises."""
        draft = AgentDraft(template=TEMPLATE)
        agent = await self._agents.keep_file(owner, builder_id(owner), draft)
        return await self._runs.start(owner, agent.id, inputs, trigger="proposal")

    async def asked_for(self, owner: str, run_id: str) -> str:
        """The agent a run of the builder is to change; empty for a new one, and for other runs."""
        run = await self._runs.get(owner, run_id)
        asked = run.inputs.get("agent") if run.agent_id == builder_id(owner) else None
        return asked if isinstance(asked, str) else ""


def builder_id(owner: str) -> str:
    """One per team, with an id of its own wherever that is the key."""
    return f"a_{hashlib.sha256(f'{TEMPLATE}/{owner}'.encode()).hexdigest()[:26]}"

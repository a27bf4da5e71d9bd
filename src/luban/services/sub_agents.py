"""Agents that steps of other runs ask for: each a run of its own, below theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from luban.model.run import ParentStep, Run, RunOptions
from luban.services.agents import Agents
from luban.services.runs import Runs, WhichVersion, is_over


class SubAgents:
    """Finds agents by id or name, and starts and ends runs of them for steps."""

    def __init__(self, agents: Agents, runs: Runs) -> None:
        self._agents = agents
        self._runs = runs

    async def start(
        self,
        owner: str,
        agent: str,
        inputs: Mapping[str, Any],
        version: Literal["published", "latest"] | int,
        parent: ParentStep,
        depth: int,
        *,
        simulate: bool = False,
    ) -> Run:
        """A run for a step; asked again by the same step under the same key, it is the same run.

        `published` is the draft of an agent that was never published. Raises `NotFound`,
        `InvalidValue` for a name that several have, `AgentHasErrors` and `InvalidInputs`.
        """
        found = await self._agents.named(owner, agent)
        wanted: WhichVersion = "draft" if version == "latest" else version
        if wanted == "published" and found.published_version is None:
            wanted = "draft"
        return await self._runs.start(
            owner,
            found.id,
            inputs,
            version=wanted,
            trigger="agent",
            trigger_key=f"step:{parent.run}/{parent.node}/{parent.iteration}/{parent.key}",
            parent=parent,
            depth=depth,
            options=RunOptions(simulate=True) if simulate else None,
        )

    async def cancel(self, owner: str, run_id: str) -> None:
        """Ends a run that no step waits for any more, if it goes on."""
        run = await self._runs.get(owner, run_id)
        if not is_over(run):
            await self._runs.cancel(owner, run_id)

"""Old runs in memory, removed at once."""

from __future__ import annotations

from collections.abc import Sequence

from luban.model.run import ENDED
from luban.ports.retention import AgentDocument
from luban.storage.memory.tables import QueuedRun, Tables


class MemoryRetention:
    """`RunRetention` over `Tables`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def agents(self, after: str, limit: int, *, silent: bool) -> list[AgentDocument]:
        found = [
            AgentDocument(agent.id, agent.owner, _speaking(agent.document))
            for agent in sorted(self._tables.agents.values(), key=lambda agent: agent.id)
            if agent.id > after and (silent or _speaking(agent.document) is not None)
        ]
        return found[:limit]

    async def expired(
        self, owner: str, agent_id: str, *, before: float | None, beyond: int | None, limit: int
    ) -> list[str]:
        ended = [
            (record.run.ended_at, record.seq, record)
            for record in self._tables.runs.values()
            if (record.run.owner, record.run.agent_id) == (owner, agent_id)
            and record.run.ended_at is not None
        ]
        ended.sort(key=lambda each: each[:2])
        kept = len(ended) if beyond is None else beyond
        newest = len(ended) - kept
        return [
            record.run.id
            for place, (at, _, record) in enumerate(ended)
            if (place < newest or (before is not None and at < before)) and self._may_go(record)
        ][:limit]

    async def hide(self, owner: str, runs: Sequence[str]) -> list[str]:
        hidden: list[str] = []
        for run in runs:
            record = self._tables.runs.get(run)
            if record is not None and record.run.owner == owner and self._may_go(record):
                del self._tables.runs[run]
                self._tables.journal.pop(run, None)
                hidden.append(run)
        return hidden

    async def remove(self) -> int:
        return 0  # `hide` left nothing

    def _may_go(self, record: QueuedRun) -> bool:
        run = record.run
        parent = self._tables.runs.get(run.parent.run) if run.parent else None
        if run.status not in ENDED or (parent and parent.run.status not in ENDED):
            return False
        return not any(
            (other.run.parent and other.run.parent.run == run.id and other.run.status not in ENDED)
            or (other.run.options and other.run.options.recorded == run.id)
            for other in self._tables.runs.values()
        )


def _speaking(document: dict[str, object]) -> dict[str, object] | None:
    settings = document.get("settings")
    return document if isinstance(settings, dict) and "keep" in settings else None

"""From memories to the views that travel."""

from __future__ import annotations

from luban.forge.memory.remembered import Remembered
from luban.model.memory_views import MemoryView
from luban.model.views import moment


def memory_view(memory: Remembered, score: float | None = None) -> MemoryView:
    return MemoryView(
        id=memory.id,
        text=memory.text,
        kind=memory.kind,
        about=memory.about,
        importance=memory.importance,
        said_by=memory.said_by,
        trusted=memory.trusted,
        agent_id=memory.agent,
        run_id=memory.run,
        node=memory.node,
        thread_id=memory.thread,
        superseded_by=memory.superseded_by,
        times=memory.times,
        uses=memory.uses,
        has_vector=bool(memory.embedded),
        created_at=moment(memory.created_at),
        updated_at=moment(memory.updated_at),
        used_at=moment(memory.used_at) if memory.used_at else None,
        score=score,
    )

"""Things to store, made with as few words as possible."""

from __future__ import annotations

from typing import Any

from luban.model.run import Run, RunDraft
from luban.ports.stores import Agent
from tests.storage.places import Store

OWNER, STRANGER = "local", "somebody_else"


def agent(name: str = "Calculator", *, id: str = "a_1", owner: str = OWNER, **more: Any) -> Agent:
    values: dict[str, Any] = {"document": {"nodes": {}}, "created_at": 1.0, "updated_at": 1.0}
    return Agent(id=id, owner=owner, name=name, **{**values, **more})


def draft(id: str = "r_1", *, owner: str = OWNER, **more: Any) -> RunDraft:
    values: dict[str, Any] = {"agent_id": "a_1", "version": 1, "created_at": 1.0}
    return RunDraft(id=id, owner=owner, **{**values, **more})


async def queued(store: Store, *ids: str, **more: Any) -> list[Run]:
    return [await store.runs.create(draft(id, **more)) for id in ids]

"""`/memories`: what agents remember, for people to see and change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from luban.api.caller import Owner, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render_memories import memory_view
from luban.forge.memory.remembered import LONGEST, MemoryKind, Remembered
from luban.model.memory_views import MemoryView
from luban.model.views import PageView

router = APIRouter(tags=["memories"])

Agent = Annotated[
    str,
    Query(max_length=100, description="Of this agent; empty: what all agents of the team share."),
]


class NewMemory(BaseModel):
    """Something to remember, as a person writes it."""

    text: str = Field(min_length=1, max_length=LONGEST)
    kind: MemoryKind = "fact"
    about: str = Field("", max_length=200)
    importance: float = Field(0.5, ge=0, le=1)


class ChangedMemory(NewMemory):
    """A memory as it is to be; `trusted` says that it may be relied on."""

    trusted: bool = True


@router.get("/memories", dependencies=[needs("agent.read")])
async def list_memories(
    house: TheHouse,
    owner: Owner,
    part: Part,
    agent: Agent = "",
    search: Annotated[str, Query(max_length=1000)] = "",
) -> PageView[MemoryView]:
    """The one changed last first; with `search` the best page of what has its words."""
    if not search:
        return paged(await house.memories.list(owner, agent, part), part, memory_view)
    found = await house.memories.search(owner, agent, search, part.page_size)
    items = [memory_view(memory, score) for memory, score in found]
    return PageView(items=items, total=len(items), page=1, page_size=part.page_size, total_pages=1)


@router.get(
    "/memories/export",
    dependencies=[needs("agent.read")],
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def export_memories(house: TheHouse, owner: Owner, agent: Agent = "") -> Response:
    """All of them, with where they came from, as a JSON list."""
    found = await house.memories.all(owner, agent)

    async def pieces() -> AsyncIterator[bytes]:
        start = b"["
        async for each in found:
            yield start + memory_view(each).model_dump_json().encode()
            start = b",\n"
        yield b"]\n" if start != b"[" else b"[]\n"

    headers = {"content-disposition": 'attachment; filename="memories.json"'}
    return StreamingResponse(pieces(), media_type="application/json", headers=headers)


@router.get("/memories/{memory_id}", dependencies=[needs("agent.read")])
async def get_memory(
    house: TheHouse, owner: Owner, memory_id: str, agent: Agent = ""
) -> MemoryView:
    return memory_view(await house.memories.get(owner, agent, memory_id))


@router.post("/memories", dependencies=[needs("agent.update")], status_code=201)
async def create_memory(
    house: TheHouse, owner: Owner, new: NewMemory, agent: Agent = ""
) -> MemoryView:
    """Agents find it from then on."""
    told = Remembered(new.text, kind=new.kind, about=new.about, importance=new.importance)
    return memory_view(await house.memories.add(owner, agent, told))


@router.put("/memories/{memory_id}", dependencies=[needs("agent.update")])
async def update_memory(
    house: TheHouse, owner: Owner, memory_id: str, new: ChangedMemory, agent: Agent = ""
) -> MemoryView:
    """Replaces it; where it first came from stays."""
    changed = await house.memories.change(
        owner,
        agent,
        memory_id,
        text=new.text,
        kind=new.kind,
        about=new.about,
        importance=new.importance,
        trusted=new.trusted,
    )
    return memory_view(changed)


@router.delete("/memories/{memory_id}", dependencies=[needs("agent.update")], status_code=204)
async def delete_memory(house: TheHouse, owner: Owner, memory_id: str, agent: Agent = "") -> None:
    """Forgets it for good."""
    await house.memories.delete(owner, agent, memory_id)

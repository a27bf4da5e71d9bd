"""`/threads`: talking with an agent, or with a model itself.

An answer is a run; how it comes about is told under `/runs/{run_id}/events`.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.idempotency import KEY
from luban.api.paging import Part, paged
from luban.api.render_threads import detail_view, message_view, thread_view
from luban.model.thread_views import ThreadDetailView, ThreadMessageView, ThreadView, TurnView
from luban.model.views import ItemsView, PageView, Tree, View
from luban.services.talking import Partner
from luban.services.threads import NewMessage, ThreadChange

router = APIRouter(tags=["threads"])

Name = Annotated[str, Field(max_length=200)]


class NewThread(BaseModel):
    """With an agent, by id or name, or else with a model; both empty is the default model."""

    agent: Name = ""
    model: Name = ""
    title: Name = ""


class ThreadUpdate(BaseModel):
    """What is to be different; `shown` picks the branch with this message in it."""

    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    pinned: bool | None = None
    archived: bool | None = None
    agent: Name | None = None
    model: Name | None = None
    shown: Name | None = None


class Saying(BaseModel):
    """What is said, with references of files; it follows the last message that is shown.

    If `edits` names a message, it stands beside that one instead.
    """

    text: Annotated[str, Field(max_length=1_000_000)] = ""
    files: list[Tree] = Field(default_factory=list[Tree], max_length=50)
    edits: Name | None = None


class Again(BaseModel):
    """Who is to answer, if another one than before; `version` is of the agent."""

    agent: Name = ""
    model: Name = ""
    version: Annotated[int, Field(ge=1)] | None = None


class PartnerView(View):
    """An agent that can be talked to."""

    id: str
    name: str
    description: str
    takes_files: bool


@router.get("/threads", dependencies=[needs("run.read")])
async def list_threads(
    house: TheHouse,
    owner: Owner,
    part: Part,
    search: Annotated[str, Query(max_length=200, description="In their titles.")] = "",
    agent: Annotated[str, Query(max_length=200, description="With this agent, by id.")] = "",
    archived: bool = False,
) -> PageView[ThreadView]:
    """Pinned ones first, then those in which something was said last."""
    found = await house.threads.list(owner, part, search=search, agent=agent, archived=archived)
    return paged(found, part, thread_view)


@router.post("/threads", dependencies=[needs("run.start")], status_code=201)
async def create_thread(house: TheHouse, owner: Owner, new: NewThread | None = None) -> ThreadView:
    new = new or NewThread()
    partner = Partner(new.agent, new.model)
    return thread_view(await house.threads.create(owner, partner, new.title))


@router.get("/threads/agents", dependencies=[needs("agent.read")])
async def list_talkable_agents(house: TheHouse, owner: Owner) -> ItemsView[PartnerView]:
    """The agents that can be talked to."""
    views = [
        PartnerView(
            id=each.id,
            name=each.name,
            description=each.description,
            takes_files=(talk := house.talking.talk(each)) is not None and talk.files is not None,
        )
        for each in await house.talking.talkable(owner)
    ]
    return ItemsView(items=views)


@router.get("/threads/{thread_id}", dependencies=[needs("run.read")])
async def get_thread(house: TheHouse, owner: Owner, thread_id: str) -> ThreadDetailView:
    """With the messages of the branch that is looked at, each as it stands now."""
    return detail_view(await house.threads.show(owner, thread_id))


@router.patch("/threads/{thread_id}", dependencies=[needs("run.start")])
async def change_thread(
    house: TheHouse, owner: Owner, thread_id: str, update: ThreadUpdate
) -> ThreadView:
    change = ThreadChange(**update.model_dump())
    return thread_view(await house.threads.change(owner, thread_id, change))


@router.delete("/threads/{thread_id}", dependencies=[needs("run.delete")], status_code=204)
async def delete_thread(house: TheHouse, owner: Owner, thread_id: str) -> None:
    """With all its messages; its runs stay."""
    await house.threads.delete(owner, thread_id)


@router.post("/threads/{thread_id}/messages", dependencies=[needs("run.start")], status_code=201)
async def create_message(
    house: TheHouse, owner: Owner, thread_id: str, request: Request, new: Saying
) -> TurnView:
    """Says something; the answer that is on its way names its run."""
    said = NewMessage(new.text, new.files, edits=new.edits)
    key = request.scope.get(KEY)
    message, answer = await house.threads.post(owner, thread_id, said, key)
    return TurnView(message=message_view(message), answer=message_view(answer))


@router.post(
    "/threads/{thread_id}/messages/{message_id}/retry",
    dependencies=[needs("run.start")],
    status_code=201,
)
async def retry_message(
    house: TheHouse,
    owner: Owner,
    thread_id: str,
    message_id: str,
    request: Request,
    again: Again | None = None,
) -> ThreadMessageView:
    """Another answer to the same question, beside the one there is."""
    again = again or Again()
    partner = Partner(again.agent, again.model, again.version)
    chosen = partner if any(partner) else None
    key = request.scope.get(KEY)
    answer = await house.threads.retry(owner, thread_id, message_id, chosen, key)
    return message_view(answer)


@router.post("/threads/{thread_id}/stop", dependencies=[needs("run.steer")])
async def stop_thread(house: TheHouse, owner: Owner, thread_id: str) -> ThreadMessageView:
    """Ends the answer that is on its way; what was written of it is kept."""
    return message_view(await house.threads.stop(owner, thread_id))

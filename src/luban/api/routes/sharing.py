"""`/links` of a team, and `/shared/{token}` for whoever holds the address of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from luban.api.caller import CALLER, Owner, TheCaller, TheHouse, caller_of, needs
from luban.api.idempotency import KEY
from luban.api.paging import Part, paged
from luban.api.render import input_view
from luban.model.access import Caller
from luban.model.sharing_views import (
    CopiedAgentView,
    LinkView,
    NewLinkView,
    Scope,
    Shareable,
    SharedAgentView,
    SharedMessageView,
    SharedRunView,
    SharedStepView,
    SharedThreadView,
    SharedView,
)
from luban.model.views import PageView, Tree, moment
from luban.ports.sharing import Link, LinkScope
from luban.services.house import House
from luban.services.sharing import LinkDraft, Shared, SharedRun

router = APIRouter(tags=["sharing"])

Token = Annotated[str, Path(min_length=1, max_length=100)]


class NewLink(BaseModel):
    """What is shared: of an agent `see`, `run`, `copy`; of a run `see`, `steps`; else `see`.

    Without `expires_at` it holds until it is ended.
    """

    resource: Shareable
    resource_id: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: list[Scope] = Field(default_factory=lambda: ["see"], max_length=10)
    expires_at: AwareDatetime | None = None


class SharedInputs(BaseModel):
    """What a run by a link is given."""

    inputs: Tree = Field(default_factory=dict)


@router.get("/links", dependencies=[needs("share.read")])
async def list_links(
    house: TheHouse,
    owner: Owner,
    part: Part,
    resource: Shareable | None = None,
    resource_id: Annotated[str, Query(max_length=100)] = "",
) -> PageView[LinkView]:
    found = await house.sharing.list(owner, part, resource=resource, resource_id=resource_id)
    return paged(found, part, _link_view)


@router.post("/links", dependencies=[needs("share.write")], status_code=201)
async def create_link(
    house: TheHouse, caller: TheCaller, new: NewLink, response: Response
) -> NewLinkView:
    """`token` is told once: whoever has it has what the link allows."""
    expires = new.expires_at.timestamp() if new.expires_at else None
    draft = LinkDraft(new.resource, new.resource_id, new.scopes, expires)
    link, token = await house.sharing.share(caller, draft)
    response.headers["cache-control"] = "no-store"
    return NewLinkView(**dict(_link_view(link)), token=token, path=f"/s/{token}")


@router.delete("/links/{link_id}", dependencies=[needs("share.write")], status_code=204)
async def end_link(house: TheHouse, owner: Owner, link_id: str) -> None:
    """From now on its address leads nowhere."""
    await house.sharing.end(owner, link_id)


@router.get("/shared/{token}", dependencies=[needs("public")])
async def get_shared(
    house: TheHouse, request: Request, token: Token, response: Response
) -> SharedView:
    """What the link shows. Wrong, expired and ended ones get the same answer."""
    link = await _opened(house, request, token)
    response.headers["cache-control"] = "no-store"
    return _shared_view(await house.sharing.look(link))


@router.post("/shared/{token}/runs", dependencies=[needs("public")], status_code=201)
async def run_shared(
    house: TheHouse, request: Request, token: Token, new: SharedInputs | None = None
) -> SharedRunView:
    """Runs the shared agent; the run belongs to the team that shared it."""
    link = await _opened(house, request, token, "run")
    given, key = new.inputs if new else {}, request.scope.get(KEY)
    # Not by the address, as other runs are: it holds the token.
    trigger_key = f"{link.id} {key}" if key else None
    return _run_view(await house.sharing.start(link, given, trigger_key))


@router.get("/shared/{token}/runs/{run_id}", dependencies=[needs("public")])
async def get_run_of_shared(
    house: TheHouse, request: Request, token: Token, run_id: str
) -> SharedRunView:
    """A run that was started by this link: how it stands, and what it gave."""
    link = await _opened(house, request, token, "run")
    return _run_view(await house.sharing.started(link, run_id))


@router.post("/shared/{token}/copy", dependencies=[needs("agent.create")], status_code=201)
async def copy_shared(house: TheHouse, caller: TheCaller, token: Token) -> CopiedAgentView:
    """Takes the shared agent over into one's own team."""
    link = await house.sharing.open(token, "copy")
    agent = await house.sharing.copy(link, caller)
    return CopiedAgentView(id=agent.id, name=agent.name)


async def _opened(
    house: House, request: Request, token: str, scope: LinkScope | None = None
) -> Link:
    """What follows is done by the link, for the team that shared it, whoever is signed in."""
    link = await house.sharing.open(token, scope)
    caller = caller_of(request)
    request.scope[CALLER] = Caller(
        team=link.owner,
        by="link",
        grant=link.id,
        address=caller.address,
        agent=caller.agent,
    )
    return link


def _link_view(link: Link) -> LinkView:
    return LinkView(
        id=link.id,
        resource=link.resource,
        resource_id=link.resource_id,
        scopes=list(link.scopes),
        made_by=link.made_by,
        created_at=moment(link.created_at),
        expires_at=_moment(link.expires_at),
        last_used_at=_moment(link.last_used_at),
    )


def _shared_view(shared: Shared) -> SharedView:
    agent = None
    if shared.agent is not None:
        agent = SharedAgentView(
            name=shared.agent.name,
            description=shared.agent.description,
            inputs=[input_view(each) for each in shared.agent.inputs],
            document=shared.agent.document,
        )
    thread = None
    if shared.thread is not None:
        thread = SharedThreadView(
            title=shared.thread.title,
            messages=[
                SharedMessageView(
                    role=each.message.role,
                    text=each.text,
                    files=[str(file.get("name") or "") for file in each.message.files],
                    created_at=moment(each.message.created_at),
                )
                for each in shared.thread.messages
            ],
        )
    return SharedView(
        resource=shared.link.resource,
        scopes=list(shared.link.scopes),
        expires_at=_moment(shared.link.expires_at),
        agent=agent,
        run=_run_view(shared.run) if shared.run else None,
        thread=thread,
    )


def _run_view(shared: SharedRun) -> SharedRunView:
    run = shared.run
    steps = None
    if shared.steps is not None:
        steps = [
            SharedStepView(**{**step, "started_at": _moment(step["started_at"])})
            for step in shared.steps
        ]
    return SharedRunView(
        id=run.id,
        agent_name=run.agent_name,
        status=run.status,
        inputs=shared.inputs,
        outputs=shared.outputs,
        error=shared.error,
        created_at=moment(run.created_at),
        started_at=_moment(run.started_at),
        ended_at=_moment(run.ended_at),
        steps=steps,
    )


def _moment(at: float | None) -> str | None:
    return None if at is None else moment(at)

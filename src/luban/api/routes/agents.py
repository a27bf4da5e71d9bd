"""`/agents`: agents and their drafts."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render import agent_view
from luban.api.revisions import revision_of
from luban.model.finding import Finding
from luban.model.graph import Graph
from luban.model.views import AgentView, FindingsView, PageView, Tree
from luban.ports.stores import Agent
from luban.services.agents import AgentChange, AgentDraft
from luban.services.house import House

router = APIRouter(prefix="/agents", tags=["agents"])

Name = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=10_000)]


class NewAgent(BaseModel):
    """At most one of `document`, `template` and `text` (an agent file) says what it is made of."""

    name: Name | None = None
    description: Description | None = None
    document: Tree | None = None
    template: str | None = None
    text: str | None = None


class ChangedAgent(BaseModel):
    """What is left out stays as it is."""

    name: Name | None = None
    description: Description | None = None
    document: Tree | None = None


class Document(BaseModel):
    """A document that need not be anybody's."""

    document: Any


@router.get("", dependencies=[needs("agent.read")])
async def list_agents(
    house: TheHouse,
    owner: Owner,
    part: Part,
    search: Annotated[str, Query(max_length=200)] = "",
    sort: Literal["updated", "name"] = "updated",
) -> PageView[AgentView]:
    found = await house.agents.list(owner, part, search=search, sort=sort)
    return paged(found, part, agent_view)


@router.post("", dependencies=[needs("agent.create")], status_code=201)
async def create_agent(
    house: TheHouse, owner: Owner, new: NewAgent, response: Response
) -> AgentView:
    draft = AgentDraft(new.name, new.description, new.document, new.template, new.text)
    return await _shown(house, await house.agents.create(owner, draft), response)


@router.post("/check", dependencies=[needs("agent.read")])
async def check_document(house: TheHouse, owner: Owner, given: Document) -> FindingsView:
    checked = house.checking.document(given.document)
    return FindingsView(findings=[*checked.findings, *await _of_owner(house, owner, checked.graph)])


@router.get("/{agent_id}", dependencies=[needs("agent.read")])
async def get_agent(house: TheHouse, owner: Owner, agent_id: str, response: Response) -> AgentView:
    return await _shown(house, await house.agents.get(owner, agent_id), response)


@router.patch("/{agent_id}", dependencies=[needs("agent.update")])
async def change_agent(
    house: TheHouse,
    owner: Owner,
    agent_id: str,
    changed: ChangedAgent,
    response: Response,
    if_match: Annotated[
        str | None, Header(description='The revision the change was made to, as `"3"`.')
    ] = None,
) -> AgentView:
    change = AgentChange(changed.name, changed.description, changed.document)
    agent = await house.agents.change(owner, agent_id, change, revision_of(if_match))
    return await _shown(house, agent, response)


@router.delete("/{agent_id}", dependencies=[needs("agent.delete")], status_code=204)
async def delete_agent(house: TheHouse, owner: Owner, agent_id: str) -> None:
    await house.agents.delete(owner, agent_id)


@router.post("/{agent_id}/restore", dependencies=[needs("agent.delete")])
async def restore_agent(
    house: TheHouse, owner: Owner, agent_id: str, response: Response
) -> AgentView:
    """Brings a deleted agent back."""
    return await _shown(house, await house.agents.restore(owner, agent_id), response)


@router.post("/{agent_id}/duplicate", dependencies=[needs("agent.create")], status_code=201)
async def duplicate_agent(
    house: TheHouse, owner: Owner, agent_id: str, response: Response
) -> AgentView:
    return await _shown(house, await house.agents.duplicate(owner, agent_id), response)


@router.get("/{agent_id}/check", dependencies=[needs("agent.read")])
async def check_agent(house: TheHouse, owner: Owner, agent_id: str) -> FindingsView:
    agent = await house.agents.get(owner, agent_id)
    checked = house.checking.agent(agent)
    return FindingsView(findings=[*checked.findings, *await _of_owner(house, owner, checked.graph)])


@router.get(
    "/{agent_id}/export",
    dependencies=[needs("agent.read")],
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}, "application/json": {}}}},
)
async def export_agent(
    house: TheHouse, owner: Owner, agent_id: str, format: Literal["yaml", "json"] = "yaml"
) -> Response:
    """The draft as an agent file."""
    agent, text = await house.agents.export(owner, agent_id, format)
    name = quote(f"{agent.name}.agent.{format}", safe="")
    return Response(
        text,
        media_type=f"application/{format}",
        headers={"content-disposition": f"attachment; filename*=utf-8''{name}"},
    )


async def _of_owner(house: House, owner: str, graph: Graph) -> list[Finding]:
    """What a graph lacks that another owner might have."""
    missing = await house.credential_check.findings(owner, graph)
    return [*missing, *await house.permission_check.findings(owner, graph)]


async def _shown(house: House, agent: Agent, response: Response) -> AgentView:
    response.headers["etag"] = f'"{agent.revision}"'
    return agent_view(await house.agents.detail(agent))

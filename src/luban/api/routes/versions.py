"""`/agents/{id}/versions`: frozen graphs of an agent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render import agent_view, version_view
from luban.model.views import AgentView, PageView, VersionView

router = APIRouter(prefix="/agents/{agent_id}/versions", tags=["versions"])

Number = Annotated[int, Path(ge=1, le=2**31)]


class Publication(BaseModel):
    """What the published version is called, if anything."""

    label: Annotated[str, Field(max_length=200)] = ""


@router.get("", dependencies=[needs("agent.read")])
async def list_versions(
    house: TheHouse, owner: Owner, agent_id: str, part: Part
) -> PageView[VersionView]:
    agent, found = await house.versions.list(owner, agent_id, part)
    return paged(found, part, lambda each: version_view(each, agent.published_version))


@router.post("", dependencies=[needs("agent.update")], status_code=201)
async def publish(
    house: TheHouse, owner: Owner, agent_id: str, publication: Publication | None = None
) -> VersionView:
    """Freezes the draft and makes it the published version."""
    label = publication.label if publication else ""
    agent, version = await house.versions.publish(owner, agent_id, label)
    return version_view(version, agent.published_version)


@router.get("/{version}", dependencies=[needs("agent.read")])
async def get_version(house: TheHouse, owner: Owner, agent_id: str, version: Number) -> VersionView:
    agent = await house.agents.get(owner, agent_id)
    found = await house.versions.get(owner, agent_id, version)
    return version_view(found, agent.published_version, with_document=True)


@router.post("/{version}/restore", dependencies=[needs("agent.update")])
async def restore_version(
    house: TheHouse, owner: Owner, agent_id: str, version: Number, response: Response
) -> AgentView:
    """Makes the version's document the draft again."""
    agent = await house.versions.restore(owner, agent_id, version)
    response.headers["etag"] = f'"{agent.revision}"'
    return agent_view(await house.agents.detail(agent))

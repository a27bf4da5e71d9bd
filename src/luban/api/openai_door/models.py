"""`/v1/models`: the agents that can be talked to, and the configured models."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter

from luban.api.caller import Owner, TheHouse, needs
from luban.api.openai_door.asked import AGENT, Tree, partner_of
from luban.api.openai_door.route import OpenAIRoute
from luban.services.house import House

router = APIRouter(prefix="/v1/models", tags=["openai"], route_class=OpenAIRoute)


@router.get("", dependencies=[needs("agent.read")])
async def openai_list_models(house: TheHouse, owner: Owner) -> Tree:
    """Agents go by their names, or by their ids where several have one name."""
    return {"object": "list", "data": [*await _agents(house, owner), *await _models(house, owner)]}


@router.get("/{model:path}", dependencies=[needs("agent.read")])
async def openai_get_model(house: TheHouse, owner: Owner, model: str) -> Tree:
    partner = partner_of(model)
    agent = await house.talking.require(owner, partner)
    if agent is not None:
        return _model(model, int(agent.created_at), "luban")
    choice = await house.models.get(owner, model)
    return _model(choice.entry.id, 0, choice.entry.provider)


async def _agents(house: House, owner: str) -> list[Tree]:
    agents = await house.talking.talkable(owner)
    names = Counter(each.name for each in agents)
    return [
        _model(
            AGENT + (each.name if names[each.name] == 1 else each.id),
            int(each.created_at),
            "luban",
        )
        for each in agents
    ]


async def _models(house: House, owner: str) -> list[Tree]:
    choices = await house.models.list(owner)
    return [_model(each.entry.id, 0, each.entry.provider) for each in choices]


def _model(name: str, created: int, owned_by: str) -> Tree:
    return {"id": name, "object": "model", "created": created, "owned_by": owned_by}

"""`/tool-servers`: servers that speak MCP, whose tools agents may use."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.api.public_address import callback_of
from luban.api.routes.connecting import handed_over
from luban.model.provider_views import ConnectView
from luban.model.tool_server_views import ToolServerView
from luban.model.views import ItemsView, moment
from luban.ports.tool_servers import ToolServer
from luban.services.tool_servers import ToolServerDraft

router = APIRouter(tags=["tool servers"])

READ, WRITE = "credential.read", "credential.write"


class NewToolServer(BaseModel):
    """Of `url` and `command` one; a command, and `shared`, are for administrators.

    `{field}` in a value of `environment` stands for a field of the credential.
    """

    name: str = Field(min_length=1, max_length=60)
    url: str = Field(default="", max_length=4000)
    command: list[str] = Field(default_factory=list, max_length=100)
    environment: dict[str, str] = Field(default_factory=dict)
    folders: list[str] = Field(default_factory=list, max_length=50)
    network: bool = False
    credential: str = Field(default="", max_length=100)
    shared: bool = False


class Login(BaseModel):
    """How a person connects an account; `elsewhere` says that another browser goes there."""

    elsewhere: bool = False


@router.get("/tool-servers", dependencies=[needs(READ)])
async def list_tool_servers(house: TheHouse, owner: Owner) -> ItemsView[ToolServerView]:
    """The team's own, and those that everybody has."""
    return ItemsView(items=[_view(each, owner) for each in await house.tool_servers.list(owner)])


@router.post("/tool-servers", dependencies=[needs(WRITE)], status_code=201)
async def create_tool_server(
    house: TheHouse, caller: TheCaller, new: NewToolServer
) -> ToolServerView:
    """Adds a server and asks it what it offers; whoever adds it agrees to what it says."""
    return _view(await house.tool_servers.add(caller, _draft(new)), caller.team)


@router.get("/tool-servers/{server_id}", dependencies=[needs(READ)])
async def get_tool_server(house: TheHouse, owner: Owner, server_id: str) -> ToolServerView:
    """By id or name."""
    return _view(await house.tool_servers.get(owner, server_id), owner)


@router.put("/tool-servers/{server_id}", dependencies=[needs(WRITE)])
async def set_tool_server(
    house: TheHouse, caller: TheCaller, server_id: str, new: NewToolServer
) -> ToolServerView:
    """Replaces what was entered."""
    return _view(await house.tool_servers.change(caller, server_id, _draft(new)), caller.team)


@router.delete("/tool-servers/{server_id}", dependencies=[needs(WRITE)], status_code=204)
async def delete_tool_server(house: TheHouse, caller: TheCaller, server_id: str) -> None:
    await house.tool_servers.remove(caller, server_id)


@router.post("/tool-servers/{server_id}/test", dependencies=[needs(WRITE)])
async def test_tool_server(house: TheHouse, owner: Owner, server_id: str) -> ToolServerView:
    """Asks it again what it offers; `trouble` says why not, if it cannot be asked."""
    return _view(await house.tool_servers.refresh(owner, server_id), owner)


@router.post("/tool-servers/{server_id}/approve", dependencies=[needs(WRITE)])
async def approve_tool_server(house: TheHouse, caller: TheCaller, server_id: str) -> ToolServerView:
    """Agrees to what the server says of its tools now, so that agents may use them."""
    return _view(await house.tool_servers.approve(caller, server_id), caller.team)


@router.post("/tool-servers/{server_id}/connect", dependencies=[needs(WRITE)])
async def connect_tool_server(
    request: Request,
    response: Response,
    house: TheHouse,
    caller: TheCaller,
    server_id: str,
    login: Login,
) -> ConnectView:
    """Finds out where the server has people sign in, and begins; send the person to `url`."""
    started = await house.tool_logins.start(
        caller, server_id, callback_of(request), elsewhere=login.elsewhere
    )
    return handed_over(request, response, started, elsewhere=login.elsewhere)


def _draft(new: NewToolServer) -> ToolServerDraft:
    entered = new.model_dump()
    return ToolServerDraft(
        **{**entered, "command": tuple(new.command), "folders": tuple(new.folders)}
    )


def _view(server: ToolServer, owner: str) -> ToolServerView:
    own = server.owner == owner
    told = server.model_dump(mode="json", exclude={"listing"})
    if not own:  # what opens it and how it is run is its owner's business
        told |= {"command": server.command[:1], "environment": {}, "folders": [], "credential": ""}
    return ToolServerView.model_validate(
        {
            **told,
            **server.listing.model_dump(mode="json"),
            "own": own,
            "changed": server.changed,
            "checked_at": None if server.checked_at is None else moment(server.checked_at),
            "created_at": moment(server.created_at),
            "updated_at": moment(server.updated_at),
        }
    )

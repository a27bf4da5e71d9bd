"""`/roles` and `/permissions`: what may be permitted, and under which names it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from luban.api.caller import TheCaller, TheHouse, needs
from luban.model.access import PERMISSIONS, TEAM_PERMISSIONS, Role
from luban.model.team_views import PermissionView, RoleView
from luban.model.views import ItemsView

router = APIRouter(tags=["roles"])


class Permitted(BaseModel):
    """What a role permits."""

    permissions: Annotated[list[str], Field(max_length=200)]


@router.get("/permissions", dependencies=[needs("self")])
async def list_permissions() -> ItemsView[PermissionView]:
    """Everything a role can permit, in words."""
    return ItemsView(
        items=[
            PermissionView(
                name=name, title=told.en, title_zh=told.zh, team=name in TEAM_PERMISSIONS
            )
            for name, told in PERMISSIONS.items()
        ]
    )


@router.get("/roles", dependencies=[needs("self")])
async def list_roles(house: TheHouse) -> ItemsView[RoleView]:
    """Whoever manages a team chooses among them, so everybody may see them."""
    return ItemsView(items=[_view(role) for role in await house.roles.list()])


@router.put("/roles/{role_name}", dependencies=[needs("role.manage")])
async def put_role(
    house: TheHouse, caller: TheCaller, role_name: str, permitted: Permitted
) -> RoleView:
    """Defines a role, or changes what it permits; nobody defines one that may more than they."""
    await house.accounts.sessions.require_recent(caller)
    return _view(await house.roles.put(caller, role_name, permitted.permissions))


@router.delete("/roles/{role_name}", dependencies=[needs("role.manage")], status_code=204)
async def remove_role(house: TheHouse, caller: TheCaller, role_name: str) -> None:
    """Only one that nobody has."""
    await house.accounts.sessions.require_recent(caller)
    await house.roles.remove(caller, role_name)


def _view(role: Role) -> RoleView:
    order = list(PERMISSIONS)
    known = [name for name in order if name in role.permissions]
    return RoleView(name=role.name, permissions=known, built_in=role.built_in)

"""Teams, their members, and roles, through the API."""

from __future__ import annotations

from collections.abc import Sequence

from luban.client.transport import Transport
from luban.model.team_views import (
    MemberView,
    PermissionView,
    RoleView,
    TeamInvitationView,
    TeamView,
)
from luban.model.views import ItemsView, PageView


class Teams:
    """The teams of whoever asks. An API key acts for one of them only."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> Sequence[TeamView]:
        return (await self._transport.ask(ItemsView[TeamView], "GET", "/teams")).items

    async def create(self, name: str) -> TeamView:
        """Whoever makes a team manages it."""
        return await self._transport.ask(TeamView, "POST", "/teams", json={"name": name})

    async def rename(self, team_id: str, name: str) -> TeamView:
        path = f"/teams/{team_id}"
        return await self._transport.ask(TeamView, "PATCH", path, json={"name": name})

    async def delete(self, team_id: str) -> None:
        """Only a team that owns nothing any more."""
        await self._transport.send("DELETE", f"/teams/{team_id}")

    async def members(
        self, team_id: str, *, page: int = 1, page_size: int = 50
    ) -> PageView[MemberView]:
        params = {"page": page, "page_size": page_size}
        path = f"/teams/{team_id}/members"
        return await self._transport.ask(PageView[MemberView], "GET", path, params=params)

    async def set_role(self, team_id: str, user_id: str, role: str) -> None:
        path = f"/teams/{team_id}/members/{user_id}"
        await self._transport.send("PATCH", path, json={"role": role})

    async def remove(self, team_id: str, user_id: str) -> None:
        """Takes somebody out of a team, or leaves it."""
        await self._transport.send("DELETE", f"/teams/{team_id}/members/{user_id}")

    async def invite(self, team_id: str, email: str, role: str = "user") -> TeamInvitationView:
        """The answer has the link, which is told only here."""
        given = {"email": email, "role": role}
        path = f"/teams/{team_id}/invitations"
        return await self._transport.ask(TeamInvitationView, "POST", path, json=given)

    async def invitations(self, team_id: str) -> Sequence[TeamInvitationView]:
        """The open ones."""
        path = f"/teams/{team_id}/invitations"
        return (await self._transport.ask(ItemsView[TeamInvitationView], "GET", path)).items

    async def withdraw(self, team_id: str, invitation_id: str) -> None:
        await self._transport.send("DELETE", f"/teams/{team_id}/invitations/{invitation_id}")

    async def roles(self) -> Sequence[RoleView]:
        return (await self._transport.ask(ItemsView[RoleView], "GET", "/roles")).items

    async def put_role(self, name: str, permissions: Sequence[str]) -> RoleView:
        """Defines a role, or changes what it permits."""
        given = {"permissions": list(permissions)}
        return await self._transport.ask(RoleView, "PUT", f"/roles/{name}", json=given)

    async def remove_role(self, name: str) -> None:
        """Only one that nobody has."""
        await self._transport.send("DELETE", f"/roles/{name}")

    async def permissions(self) -> Sequence[PermissionView]:
        """Everything a role can permit, in words."""
        return (await self._transport.ask(ItemsView[PermissionView], "GET", "/permissions")).items

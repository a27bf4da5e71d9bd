# Generated from luban/client/teams.py by ./run fix.

"""Teams, their members, and roles, through the API."""

from __future__ import annotations

from collections.abc import Sequence

from luban.client.sync.transport import Transport
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

    def list(self) -> Sequence[TeamView]:
        return (self._transport.ask(ItemsView[TeamView], "GET", "/teams")).items

    def create(self, name: str) -> TeamView:
        """Whoever makes a team manages it."""
        return self._transport.ask(TeamView, "POST", "/teams", json={"name": name})

    def rename(self, team_id: str, name: str) -> TeamView:
        path = f"/teams/{team_id}"
        return self._transport.ask(TeamView, "PATCH", path, json={"name": name})

    def delete(self, team_id: str) -> None:
        """Only a team that owns nothing any more."""
        self._transport.send("DELETE", f"/teams/{team_id}")

    def members(self, team_id: str, *, page: int = 1, page_size: int = 50) -> PageView[MemberView]:
        params = {"page": page, "page_size": page_size}
        path = f"/teams/{team_id}/members"
        return self._transport.ask(PageView[MemberView], "GET", path, params=params)

    def set_role(self, team_id: str, user_id: str, role: str) -> None:
        path = f"/teams/{team_id}/members/{user_id}"
        self._transport.send("PATCH", path, json={"role": role})

    def remove(self, team_id: str, user_id: str) -> None:
        """Takes somebody out of a team, or leaves it."""
        self._transport.send("DELETE", f"/teams/{team_id}/members/{user_id}")

    def invite(self, team_id: str, email: str, role: str = "user") -> TeamInvitationView:
        """The answer has the link, which is told only here."""
        given = {"email": email, "role": role}
        path = f"/teams/{team_id}/invitations"
        return self._transport.ask(TeamInvitationView, "POST", path, json=given)

    def invitations(self, team_id: str) -> Sequence[TeamInvitationView]:
        """The open ones."""
        path = f"/teams/{team_id}/invitations"
        return (self._transport.ask(ItemsView[TeamInvitationView], "GET", path)).items

    def withdraw(self, team_id: str, invitation_id: str) -> None:
        self._transport.send("DELETE", f"/teams/{team_id}/invitations/{invitation_id}")

    def roles(self) -> Sequence[RoleView]:
        return (self._transport.ask(ItemsView[RoleView], "GET", "/roles")).items

    def put_role(self, name: str, permissions: Sequence[str]) -> RoleView:
        """Defines a role, or changes what it permits."""
        given = {"permissions": list(permissions)}
        return self._transport.ask(RoleView, "PUT", f"/roles/{name}", json=given)

    def remove_role(self, name: str) -> None:
        """Only one that nobody has."""
        self._transport.send("DELETE", f"/roles/{name}")

    def permissions(self) -> Sequence[PermissionView]:
        """Everything a role can permit, in words."""
        return (self._transport.ask(ItemsView[PermissionView], "GET", "/permissions")).items

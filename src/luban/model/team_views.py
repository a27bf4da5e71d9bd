"""How teams, their members and invitations, roles and permissions travel."""

from __future__ import annotations

from luban.model.views import Moment, View


class TeamView(View):
    """A team, and as what whoever asks is in it."""

    id: str
    name: str
    personal: bool
    role: str
    created_at: Moment


class MemberUserView(View):
    """Who is in a team."""

    id: str
    name: str
    email: str


class MemberView(View):
    """Somebody in a team."""

    user: MemberUserView
    role: str
    created_at: Moment


class TeamInvitationView(View):
    """An open invitation into a team; `link` is told once, when it is made."""

    id: str
    email: str
    role: str
    by: str
    created_at: Moment
    expires_at: Moment
    link: str | None = None


class RoleView(View):
    """A named set of permissions; those that are built in stay as they are."""

    name: str
    permissions: list[str]
    built_in: bool


class PermissionView(View):
    """One permission; `team` says that a role in a team gives it, not one's role on the server."""

    name: str
    title: str
    title_zh: str
    team: bool

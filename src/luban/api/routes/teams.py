"""`/teams`: one's teams, who is in them, and who is invited."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.signing_in import base_of
from luban.model.team_views import MemberUserView, MemberView, TeamInvitationView, TeamView
from luban.model.views import ItemsView, PageView, moment
from luban.ports.people import Member, User
from luban.services.accounts.invitations import Invitation
from luban.services.accounts.teams import Standing

router = APIRouter(prefix="/teams", tags=["teams"])

Name = Annotated[str, Field(min_length=1, max_length=100)]
RoleName = Annotated[str, Field(min_length=1, max_length=40)]


class NamedTeam(BaseModel):
    """What a team is called."""

    name: Name


class GivenRole(BaseModel):
    """What somebody is to be in a team."""

    role: RoleName


class NewTeamInvitation(BaseModel):
    """Who is to come into a team, and as what."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    role: RoleName = "user"


@router.get("", dependencies=[needs("self")])
async def list_teams(house: TheHouse, caller: TheCaller) -> ItemsView[TeamView]:
    return ItemsView(items=[_team_view(each) for each in await house.teams.list(caller)])


@router.post("", dependencies=[needs("self")], status_code=201)
async def create_team(house: TheHouse, caller: TheCaller, new: NamedTeam) -> TeamView:
    """Whoever makes a team manages it."""
    return _team_view(await house.teams.create(caller, new.name))


@router.get("/{team_id}", dependencies=[needs("team.read")])
async def get_team(house: TheHouse, caller: TheCaller, team_id: str) -> TeamView:
    return _team_view(await house.teams.get(caller, team_id))


@router.patch("/{team_id}", dependencies=[needs("team.manage")])
async def change_team(
    house: TheHouse, caller: TheCaller, team_id: str, changed: NamedTeam
) -> TeamView:
    return _team_view(await house.teams.rename(caller, team_id, changed.name))


@router.delete("/{team_id}", dependencies=[needs("team.manage")], status_code=204)
async def delete_team(house: TheHouse, caller: TheCaller, team_id: str) -> None:
    """Only a team that owns nothing any more, and is nobody's own."""
    await house.teams.delete(caller, team_id)


@router.get("/{team_id}/members", dependencies=[needs("team.read")])
async def list_members(
    house: TheHouse, caller: TheCaller, team_id: str, part: Part
) -> PageView[MemberView]:
    return paged(await house.teams.members(caller, team_id, part), part, _listed)


@router.patch("/{team_id}/members/{user_id}", dependencies=[needs("team.manage")], status_code=204)
async def change_member(
    house: TheHouse, caller: TheCaller, team_id: str, user_id: str, given: GivenRole
) -> None:
    """Nobody gives a role that may more in the team than they."""
    await house.teams.set_role(caller, team_id, user_id, given.role)


@router.delete("/{team_id}/members/{user_id}", dependencies=[needs("self")], status_code=204)
async def remove_member(house: TheHouse, caller: TheCaller, team_id: str, user_id: str) -> None:
    """Everybody may leave; to remove somebody else, `team.manage` is needed in that team."""
    await house.teams.remove(caller, team_id, user_id)


@router.get("/{team_id}/invitations", dependencies=[needs("team.manage")])
async def list_team_invitations(
    house: TheHouse, caller: TheCaller, team_id: str
) -> ItemsView[TeamInvitationView]:
    """The open ones."""
    found = await house.teams.invitations(caller, team_id)
    return ItemsView(items=[_invitation_view(each) for each in found])


@router.post("/{team_id}/invitations", dependencies=[needs("team.manage")], status_code=201)
async def invite_to_team(
    house: TheHouse, caller: TheCaller, team_id: str, request: Request, new: NewTeamInvitation
) -> TeamInvitationView:
    """`link` is told once; it is mailed too where a mail server is set."""
    invitation, link = await house.teams.invite(
        caller, team_id, new.email, new.role, base_of(request)
    )
    return _invitation_view(invitation, link)


@router.delete(
    "/{team_id}/invitations/{invitation_id}", dependencies=[needs("team.manage")], status_code=204
)
async def withdraw_team_invitation(
    house: TheHouse, caller: TheCaller, team_id: str, invitation_id: str
) -> None:
    await house.teams.withdraw(caller, team_id, invitation_id)


def _team_view(standing: Standing) -> TeamView:
    team = standing.team
    return TeamView(
        id=team.id,
        name=team.name,
        personal=team.personal is not None,
        role=standing.role,
        created_at=moment(team.created_at),
    )


def _listed(listed: tuple[Member, User]) -> MemberView:
    member, user = listed
    return MemberView(
        user=MemberUserView(id=user.id, name=user.name, email=user.email),
        role=member.role,
        created_at=moment(member.created_at),
    )


def _invitation_view(invitation: Invitation, link: str | None = None) -> TeamInvitationView:
    return TeamInvitationView(
        id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        by=invitation.by,
        created_at=moment(invitation.created_at),
        expires_at=moment(invitation.expires_at),
        link=link,
    )

"""`/users`: everybody with an account, for those who run the server."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.routes.auth import Email, Password, PersonName
from luban.api.signing_in import base_of
from luban.model.access import USER
from luban.model.people_views import InvitationView, LinkMadeView, NewUserView, UserView
from luban.model.views import ItemsView, PageView, moment
from luban.ports.people import User
from luban.services.accounts.invitations import Invitation
from luban.services.accounts.users import UserChange, UserDraft

router = APIRouter(prefix="/users", tags=["users"])

RoleName = Annotated[str, Field(min_length=1, max_length=100)]


class NewUser(BaseModel):
    """Without a password, the answer has a link by which its owner chooses one."""

    email: Email
    name: PersonName = ""
    role: RoleName = USER.name
    password: Password | None = None


class ChangedUser(BaseModel):
    """What is left out stays as it is."""

    name: PersonName | None = None
    role: RoleName | None = None
    disabled: bool | None = None


class NewInvitation(BaseModel):
    """Who is to get an account, and with which role."""

    email: Email
    role: RoleName = USER.name


@router.get("", dependencies=[needs("user.read")])
async def list_users(
    house: TheHouse, part: Part, search: Annotated[str, Query(max_length=200)] = ""
) -> PageView[UserView]:
    return paged(await house.accounts.users.list(part, search), part, user_view)


@router.post("", dependencies=[needs("user.create")], status_code=201)
async def create_user(
    house: TheHouse, request: Request, caller: TheCaller, new: NewUser
) -> NewUserView:
    accounts = house.accounts
    await accounts.sessions.require_recent(caller)
    draft = UserDraft(new.email, new.name, new.role, new.password)
    user = await accounts.users.create(caller, draft)
    link = None
    if new.password is None:
        link = await accounts.resets.make(caller, user.id, base_of(request))
    return NewUserView(**user_view(user).model_dump(), link=link)


@router.get("/invitations", dependencies=[needs("user.create")])
async def list_user_invitations(house: TheHouse) -> ItemsView[InvitationView]:
    found = await house.accounts.invitations.list()
    return ItemsView(items=[invitation_view(each) for each in found])


@router.post("/invitations", dependencies=[needs("user.create")], status_code=201)
async def create_user_invitation(
    house: TheHouse, request: Request, caller: TheCaller, new: NewInvitation
) -> InvitationView:
    """The link stands only in this answer, and in the letter if letters are sent."""
    accounts = house.accounts
    await accounts.sessions.require_recent(caller)
    made, link = await accounts.invitations.invite(caller, new.email, new.role, base_of(request))
    return invitation_view(made, link)


@router.delete("/invitations/{invitation_id}", dependencies=[needs("user.create")], status_code=204)
async def delete_user_invitation(house: TheHouse, invitation_id: str) -> None:
    await house.accounts.invitations.withdraw(invitation_id)


@router.get("/{user_id}", dependencies=[needs("user.read")])
async def get_user(house: TheHouse, user_id: str) -> UserView:
    return user_view(await house.accounts.users.get(user_id))


@router.patch("/{user_id}", dependencies=[needs("user.update")])
async def change_user(
    house: TheHouse, caller: TheCaller, user_id: str, change: ChangedUser
) -> UserView:
    """Who is disabled is signed out everywhere, and their keys stop working."""
    accounts = house.accounts
    await accounts.sessions.require_recent(caller)
    wanted = UserChange(change.name, change.role, change.disabled)
    return user_view(await accounts.users.change(caller, user_id, wanted))


@router.delete("/{user_id}", dependencies=[needs("user.delete")], status_code=204)
async def delete_user(house: TheHouse, caller: TheCaller, user_id: str) -> None:
    """What their teams own stays; teams without another manager get the caller as one."""
    accounts = house.accounts
    await accounts.sessions.require_recent(caller)
    await accounts.users.delete(caller, user_id)


@router.post("/{user_id}/reset", dependencies=[needs("user.update")])
async def reset_user_password(
    house: TheHouse, request: Request, caller: TheCaller, user_id: str
) -> LinkMadeView:
    """A link by which somebody chooses a new password, good for a day."""
    accounts = house.accounts
    await accounts.sessions.require_recent(caller)
    return LinkMadeView(link=await accounts.resets.make(caller, user_id, base_of(request)))


def user_view(user: User) -> UserView:
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        disabled=user.disabled,
        has_password=user.password is not None,
        created_at=moment(user.created_at),
        last_seen_at=None if user.last_seen_at is None else moment(user.last_seen_at),
    )


def invitation_view(invitation: Invitation, link: str | None = None) -> InvitationView:
    return InvitationView(
        id=invitation.id,
        email=invitation.email,
        role=invitation.role,
        by=invitation.by,
        created_at=moment(invitation.created_at),
        expires_at=moment(invitation.expires_at),
        link=link,
    )

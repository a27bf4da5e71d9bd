"""`/me`: one's own account, and the browsers that are signed in to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.routes.auth import Email, Password, PersonName
from luban.api.signing_in import base_of, set_session, visit_of
from luban.model.access import ADMIN, LOCAL, Caller
from luban.model.errors import LubanError, NotFound
from luban.model.people_views import (
    EmailChangeView,
    MeView,
    MyTeamView,
    NamedView,
    SessionView,
)
from luban.model.views import ItemsView, moment
from luban.ports.people import Session
from luban.services.house import House

router = APIRouter(prefix="/me", tags=["me"])


class WrongCurrentPassword(LubanError):
    """The present password, asked for before it is changed, is another."""

    code = "wrong_current_password"
    status = 422
    en = "The current password is wrong."
    zh = "当前密码错误。"


class ChangedMe(BaseModel):
    """What others call one."""

    name: PersonName


class NewPassword(BaseModel):
    """`current` may be left out by who has none yet."""

    current: Password = ""
    new: Password


class NewEmail(BaseModel):
    """Where one is written to."""

    email: Email


class ChosenTeam(BaseModel):
    """For which team one acts from now on."""

    team: Annotated[str, Field(min_length=1, max_length=100)]


@router.get("", dependencies=[needs("self")])
async def get_me(house: TheHouse, caller: TheCaller) -> MeView:
    return await _me(house, caller)


@router.patch("", dependencies=[needs("self")])
async def change_me(house: TheHouse, caller: TheCaller, change: ChangedMe) -> MeView:
    accounts = house.accounts
    await accounts.users.rename(await accounts.sign_in.account(caller), change.name)
    return await _me(house, caller)


@router.put("/password", dependencies=[needs("self")], status_code=204)
async def set_my_password(
    house: TheHouse, request: Request, response: Response, caller: TheCaller, wanted: NewPassword
) -> None:
    """Ends all other sessions; this one goes on under a new token."""
    accounts, visit = house.accounts, visit_of(request)
    user = await accounts.sign_in.account(caller)
    await accounts.sessions.require_person(caller)
    if user.password is not None:
        found = await accounts.sign_in.check(user.email, wanted.current, visit)
        if found is None or found.id != user.id:
            raise WrongCurrentPassword
    changed = await accounts.users.set_password(user, wanted.new)
    accounts.letters.changed(user.email, "password", "密码")
    token = await accounts.sessions.begin(changed, visit.address, visit.agent)
    set_session(request, response, token)


@router.put("/email", dependencies=[needs("self")])
async def set_my_email(
    house: TheHouse, request: Request, caller: TheCaller, wanted: NewEmail
) -> EmailChangeView:
    accounts = house.accounts
    user = await accounts.sign_in.account(caller)
    await accounts.sessions.require_person(caller)
    changed = await accounts.email_changes.ask(user, wanted.email, base_of(request))
    return EmailChangeView(sent=changed is None)


@router.put("/team", dependencies=[needs("self")], status_code=204)
async def choose_my_team(house: TheHouse, caller: TheCaller, chosen: ChosenTeam) -> None:
    """For this session; a single request chooses by the header `X-Luban-Team`."""
    accounts = house.accounts
    if await accounts.teams.membership(chosen.team, caller.user) is None:
        raise NotFound(what="team", what_zh="团队", name=chosen.team)
    await accounts.sessions.choose(caller, chosen.team)


@router.get("/sessions", dependencies=[needs("self")])
async def list_my_sessions(house: TheHouse, caller: TheCaller) -> ItemsView[SessionView]:
    found = await house.accounts.sessions.list(caller.user)
    return ItemsView(items=[_session_view(each, caller) for each in found])


@router.delete("/sessions", dependencies=[needs("self")], status_code=204)
async def end_other_sessions(house: TheHouse, caller: TheCaller) -> None:
    but = caller.grant if caller.by == "session" else ""
    await house.accounts.sessions.end_all(caller.user, but=but)


@router.delete("/sessions/{session_id}", dependencies=[needs("self")], status_code=204)
async def end_session(house: TheHouse, caller: TheCaller, session_id: str) -> None:
    await house.accounts.sessions.end(caller.user, session_id)


async def _me(house: House, caller: Caller) -> MeView:
    accounts = house.accounts
    user = await accounts.users.find(caller.user)
    if user is None:
        return _visitor(caller)
    teams = await accounts.teams.list_of(user.id)
    until = await accounts.sessions.confirmed_until(caller)
    acting = [team for team, _ in teams if team.id == caller.team]
    return MeView(
        id=user.id,
        name=user.name or user.email,
        email=user.email,
        role=user.role,
        local=False,
        permissions=sorted(caller.permissions),
        team=NamedView(id=acting[0].id, name=acting[0].name) if acting else None,
        teams=[
            MyTeamView(
                id=team.id, name=team.name, role=member.role, personal=team.personal == user.id
            )
            for team, member in teams
        ],
        has_password=user.password is not None,
        factors=await accounts.users.count_factors(user.id),
        confirmed_until=None if until is None else moment(until),
    )


def _visitor(caller: Caller) -> MeView:
    """Whoever sits at a machine without accounts."""
    return MeView(
        id=caller.user,
        name=caller.email or caller.user,
        email=caller.email,
        role=ADMIN.name if caller.by == "local" else "",
        local=caller.by == "local",
        permissions=sorted(caller.permissions),
        team=NamedView(id=caller.team, name=caller.team) if caller.team else None,
        teams=[MyTeamView(id=LOCAL, name=LOCAL, role=ADMIN.name, personal=True)]
        if caller.by == "local"
        else [],
        has_password=False,
        factors=0,
        confirmed_until=None,
    )


def _session_view(session: Session, caller: Caller) -> SessionView:
    return SessionView(
        id=session.id,
        address=session.address,
        agent=session.agent,
        created_at=moment(session.created_at),
        last_used_at=moment(session.last_used_at),
        expires_at=moment(session.expires_at),
        current=caller.by == "session" and session.id == caller.grant,
    )

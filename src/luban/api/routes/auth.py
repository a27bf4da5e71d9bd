"""`/auth`: coming in and going out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from luban.api.auditing import tell_audit
from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.signing_in import base_of, drop_session, visit_of, welcome
from luban.model.people_views import AuthStateView, InvitedView, SignedInView, WayInView

router = APIRouter(prefix="/auth", tags=["auth"])

Email = Annotated[str, Field(min_length=1, max_length=320)]
Password = Annotated[str, Field(max_length=5000)]
"""Longer ones than are allowed too, so that they are refused in words."""
Token = Annotated[str, Field(min_length=1, max_length=200)]
PersonName = Annotated[str, Field(max_length=200)]


class Credentials(BaseModel):
    """What a person types."""

    email: Email
    password: Password


class NewFirst(BaseModel):
    """The first administrator, with the code that the server printed."""

    email: Email
    password: Password
    name: PersonName = ""
    code: Annotated[str, Field(max_length=100)] = ""


class ResetRequest(BaseModel):
    """Whose password is lost."""

    email: Email


class Reset(BaseModel):
    """A new password, by a link."""

    token: Token
    password: Password


class Acceptance(BaseModel):
    """Who accepts an invitation; `name` only counts for a new account."""

    name: PersonName = ""
    password: Password = ""


class Proof(BaseModel):
    """One of the two."""

    password: Password = ""
    code: Annotated[str, Field(max_length=100)] = ""


class EmailProof(BaseModel):
    """The token of a link that was mailed to a new address."""

    token: Token


@router.get("/state", dependencies=[needs("public")])
async def get_auth_state(house: TheHouse) -> AuthStateView:
    accounts = house.accounts
    first = await accounts.first.is_needed()
    return AuthStateView(
        required=accounts.policy.required,
        first=first,
        needs_code=first and accounts.policy.required,
        password=True,
        providers=[WayInView(id=id, title=title) for id, title in accounts.ways_in()],
        passkeys=accounts.factors is not None,
    )


@router.post("/first", dependencies=[needs("public")], status_code=201)
async def make_first_user(
    house: TheHouse, request: Request, response: Response, caller: TheCaller, first: NewFirst
) -> SignedInView:
    """Makes the first administrator, who takes over what was made without accounts."""
    accounts, visit = house.accounts, visit_of(request)
    user = await accounts.first.create(caller, first.email, first.password, first.name, first.code)
    tell_audit(request, user=user.id, resource_id=user.id)
    return await welcome(request, response, await accounts.sign_in.complete(user, visit))


@router.post("/sign-in", dependencies=[needs("public")])
async def sign_in(
    house: TheHouse, request: Request, response: Response, given: Credentials
) -> SignedInView:
    """Begins a session; with a second factor, says which, and begins none."""
    signed_in = await house.accounts.sign_in.by_password(
        given.email, given.password, visit_of(request)
    )
    tell_audit(request, user=signed_in.user.id)
    return await welcome(request, response, signed_in)


@router.post("/sign-out", dependencies=[needs("public")], status_code=204)
async def sign_out(
    house: TheHouse, request: Request, response: Response, caller: TheCaller
) -> None:
    await house.accounts.sessions.leave(caller)
    drop_session(request, response)


@router.post("/confirm", dependencies=[needs("self")], status_code=204)
async def confirm(house: TheHouse, request: Request, caller: TheCaller, proof: Proof) -> None:
    """Proves once more who one is, which what is grave asks for within a quarter of an hour."""
    await house.accounts.sign_in.confirm(caller, proof.password, proof.code, visit_of(request))


@router.post("/reset/request", dependencies=[needs("public")], status_code=202)
async def request_reset(house: TheHouse, request: Request, asked: ResetRequest) -> None:
    """Mails a link, if there is such an account; the answer is the same if there is none."""
    await house.accounts.resets.request(asked.email, base_of(request), visit_of(request))


@router.post("/reset", dependencies=[needs("public")])
async def reset_password(
    house: TheHouse, request: Request, response: Response, reset: Reset
) -> SignedInView:
    """Sets a new password by a link, ends all sessions, and signs in."""
    accounts = house.accounts
    user = await accounts.resets.use(reset.token, reset.password)
    tell_audit(request, user=user.id, resource_id=user.id)
    signed_in = await accounts.sign_in.complete(user, visit_of(request))
    return await welcome(request, response, signed_in)


@router.post("/email", dependencies=[needs("public")], status_code=204)
async def confirm_email(house: TheHouse, request: Request, proof: EmailProof) -> None:
    user = await house.accounts.email_changes.confirm(proof.token)
    tell_audit(request, user=user.id, resource_id=user.id)


@router.get("/invitations/{token}", dependencies=[needs("public")])
async def get_invitation(house: TheHouse, token: str) -> InvitedView:
    invitation, team, has_account = await house.accounts.invitations.look(token)
    return InvitedView(
        email=invitation.email,
        team=team,
        role=invitation.role,
        by=invitation.by,
        has_account=has_account,
    )


@router.post("/invitations/{token}", dependencies=[needs("public")])
async def accept_invitation(
    house: TheHouse,
    request: Request,
    response: Response,
    caller: TheCaller,
    token: str,
    acceptance: Acceptance,
) -> SignedInView:
    """Makes an account; who has one signs in with its password, or is signed in."""
    signed_in = await house.accounts.invitations.accept(
        caller, token, acceptance.name, acceptance.password, visit_of(request)
    )
    tell_audit(request, user=signed_in.user.id)
    return await welcome(request, response, signed_in)

"""`/me/factors`, `/auth/second-factor` and `/auth/passkey`: what is shown beside the password."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from luban.api.auditing import tell_audit
from luban.api.caller import TheCaller, TheHouse, needs
from luban.api.routes.auth import Token
from luban.api.signing_in import visit_of, welcome
from luban.model.access import Caller
from luban.model.people_views import SignedInView
from luban.model.proof_views import FactorView, NewCodeAppView, RecoveryCodesView
from luban.model.views import ItemsView, Tree, moment
from luban.ports.people import SecondFactor, User
from luban.services.accounts.passkeys import Site
from luban.services.house import House

router = APIRouter(tags=["factors"])

Code = Annotated[str, Field(max_length=100)]
FactorName = Annotated[str, Field(max_length=200)]
Credential = Annotated[
    Tree, Field(description="What the browser gave, as `PublicKeyCredential.toJSON()` writes it.")
]
Options = Annotated[
    Tree, Field(description="What `PublicKeyCredential.parse…OptionsFromJSON()` reads.")
]


class NewCodeApp(BaseModel):
    """An app for one-time codes."""

    name: FactorName = ""


class ShownCode(BaseModel):
    """A one-time code."""

    code: Code


class NewPasskey(BaseModel):
    """A passkey that the browser just made."""

    name: FactorName = ""
    credential: Credential


class ShownPasskey(BaseModel):
    """A passkey that the browser just showed."""

    credential: Credential


class Begun(BaseModel):
    """A sign-in that waits for its second step."""

    token: Token


class SecondProof(Begun):
    """One of the two."""

    code: Code = ""
    credential: Credential | None = None


@router.get("/me/factors", dependencies=[needs("self")])
async def list_my_factors(house: TheHouse, caller: TheCaller) -> ItemsView[FactorView]:
    """Those that count; codes on paper are one entry."""
    return ItemsView(items=_views(await house.proofs.factors.list(caller.user)))


@router.post("/me/factors/totp", dependencies=[needs("self")], status_code=201)
async def create_my_code_app(house: TheHouse, caller: TheCaller, new: NewCodeApp) -> NewCodeAppView:
    """An app for one-time codes; it counts once one of its codes was sent."""
    user = await _myself(house, caller)
    return NewCodeAppView(**(await house.proofs.factors.begin_code_app(user, new.name))._asdict())


@router.post("/me/factors/totp/{factor_id}", dependencies=[needs("self")])
async def confirm_my_code_app(
    house: TheHouse, caller: TheCaller, factor_id: str, shown: ShownCode
) -> FactorView:
    user = await _myself(house, caller)
    await house.proofs.factors.confirm_code_app(user.id, factor_id, shown.code)
    _tell(house, user)
    found = await house.proofs.factors.list(user.id)
    return _view(next(each for each in found if each.id == factor_id))


@router.post("/me/factors/passkey/options", dependencies=[needs("self")])
async def begin_my_passkey(house: TheHouse, request: Request, caller: TheCaller) -> Options:
    user = await _myself(house, caller)
    return await house.proofs.factors.begin_passkey(user, site_of(request), caller.grant)


@router.post("/me/factors/passkey", dependencies=[needs("self")], status_code=201)
async def create_my_passkey(
    house: TheHouse, request: Request, caller: TheCaller, new: NewPasskey
) -> FactorView:
    user = await _myself(house, caller)
    site, grant = site_of(request), caller.grant
    factor = await house.proofs.factors.add_passkey(user.id, site, grant, new.name, new.credential)
    _tell(house, user)
    return _view(factor)


@router.post("/me/factors/recovery", dependencies=[needs("self")], status_code=201)
async def create_my_recovery_codes(house: TheHouse, caller: TheCaller) -> RecoveryCodesView:
    """Ten codes to write down, in place of those before."""
    user = await _myself(house, caller)
    codes = await house.proofs.factors.new_codes(user.id)
    _tell(house, user)
    return RecoveryCodesView(codes=codes)


@router.delete("/me/factors/{factor_id}", dependencies=[needs("self")], status_code=204)
async def delete_my_factor(house: TheHouse, caller: TheCaller, factor_id: str) -> None:
    user = await _myself(house, caller)
    await house.proofs.factors.remove(user.id, factor_id)
    _tell(house, user)


@router.delete("/users/{user_id}/factors", dependencies=[needs("user.update")], status_code=204)
async def delete_user_factors(house: TheHouse, caller: TheCaller, user_id: str) -> None:
    """For somebody who lost them all; make sure first who is asking."""
    accounts = house.accounts
    user = await accounts.users.get(user_id)
    await accounts.users.require_within(caller, user.role)
    await accounts.sessions.require_recent(caller)
    await house.proofs.factors.clear(user.id)
    await accounts.sessions.end_all(user.id)
    _tell(house, user)


@router.post("/auth/second-factor", dependencies=[needs("public")])
async def show_second_factor(
    house: TheHouse, request: Request, response: Response, proof: SecondProof
) -> SignedInView:
    """Ends a sign-in that waits for it; after five wrong codes it is over."""
    step, visit = house.proofs.second_step, visit_of(request)
    if proof.credential is not None:
        signed_in = await step.by_passkey(proof.token, site_of(request), proof.credential, visit)
    else:
        signed_in = await step.by_code(proof.token, proof.code, visit)
    tell_audit(request, user=signed_in.user.id)
    return await welcome(request, response, signed_in)


@router.post("/auth/second-factor/passkey-options", dependencies=[needs("public")])
async def ask_second_passkey(house: TheHouse, request: Request, begun: Begun) -> Options:
    return await house.proofs.second_step.ask_passkey(begun.token, site_of(request))


@router.post("/auth/passkey/options", dependencies=[needs("public")])
async def ask_passkey(house: TheHouse, request: Request) -> Options:
    """For signing in by passkey alone; whose it is, is seen from what is shown."""
    return await house.proofs.second_step.ask_passkey_alone(site_of(request))


@router.post("/auth/passkey", dependencies=[needs("public")])
async def show_passkey(
    house: TheHouse, request: Request, response: Response, shown: ShownPasskey
) -> SignedInView:
    """Signs in by a passkey whose device checked who holds it."""
    signed_in = await house.proofs.second_step.by_passkey_alone(
        site_of(request), shown.credential, visit_of(request)
    )
    tell_audit(request, user=signed_in.user.id)
    return await welcome(request, response, signed_in)


@router.post("/auth/confirm/passkey-options", dependencies=[needs("self")])
async def ask_confirming_passkey(house: TheHouse, request: Request, caller: TheCaller) -> Options:
    await house.accounts.sign_in.account(caller)
    return await house.proofs.second_step.ask_again(caller, site_of(request))


@router.post("/auth/confirm/passkey", dependencies=[needs("self")], status_code=204)
async def confirm_by_passkey(
    house: TheHouse, request: Request, caller: TheCaller, shown: ShownPasskey
) -> None:
    """As `/auth/confirm`, by one's passkey."""
    await house.proofs.second_step.confirm(caller, site_of(request), shown.credential)


def site_of(request: Request) -> Site:
    """As whom passkeys are asked for: the name the server was reached by, which is known here."""
    return Site(request.headers.get("host", "").lower())


async def _myself(house: House, caller: Caller) -> User:
    """Ways to sign in are changed by their owner alone, who proved lately who they are."""
    user = await house.accounts.sign_in.account(caller)
    await house.accounts.sessions.require_person(caller)
    return user


def _tell(house: House, user: User) -> None:
    house.accounts.letters.changed(user.email, "second factors", "第二因素")


def _views(factors: list[SecondFactor]) -> list[FactorView]:
    codes = [each for each in factors if each.kind == "recovery"]
    views = [_view(each) for each in factors if each.kind != "recovery"]
    return [*views, *(_view(each, len(codes)) for each in codes[:1])]


def _view(factor: SecondFactor, left: int | None = None) -> FactorView:
    about: dict[str, Any] = factor.model_dump(include={"id", "kind", "name", "confirmed"})
    used = factor.last_used_at
    return FactorView(
        **about,
        created_at=moment(factor.created_at),
        last_used_at=None if used is None else moment(used),
        left=left,
    )

"""`/api-keys`: one's own keys for programs, in the team one acts for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from luban.api.caller import TheCaller, TheHouse, needs
from luban.model.people_views import ApiKeyView, NewApiKeyView
from luban.model.views import ItemsView, moment
from luban.ports.people import ApiKey
from luban.services.accounts.api_keys import EVERYTHING

router = APIRouter(prefix="/api-keys", tags=["api-keys"])

Scope = Annotated[str, Field(min_length=1, max_length=100)]


class NewApiKey(BaseModel):
    """Scopes are permissions, all of a noun such as `run.*`, or `*`: all that its maker may."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=100)] = [EVERYTHING]
    expires_at: AwareDatetime | None = None


@router.get("", dependencies=[needs("self")])
async def list_api_keys(house: TheHouse, caller: TheCaller) -> ItemsView[ApiKeyView]:
    found = await house.accounts.api_keys.list(caller.user, caller.team)
    return ItemsView(items=[key_view(each) for each in found])


@router.post("", dependencies=[needs("self")], status_code=201)
async def create_api_key(house: TheHouse, caller: TheCaller, new: NewApiKey) -> NewApiKeyView:
    """The key stands only in this answer."""
    accounts = house.accounts
    await accounts.sign_in.account(caller)
    await accounts.sessions.require_person(caller)
    expires = None if new.expires_at is None else new.expires_at.timestamp()
    key, secret = await accounts.api_keys.create(caller, new.name, new.scopes, expires)
    return NewApiKeyView(**key_view(key).model_dump(), key=secret)


@router.delete("/{key_id}", dependencies=[needs("self")], status_code=204)
async def delete_api_key(house: TheHouse, caller: TheCaller, key_id: str) -> None:
    await house.accounts.api_keys.delete(caller.user, key_id)


def key_view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        name=key.name,
        shown=key.shown,
        scopes=list(key.scopes),
        created_at=moment(key.created_at),
        expires_at=None if key.expires_at is None else moment(key.expires_at),
        last_used_at=None if key.last_used_at is None else moment(key.last_used_at),
    )

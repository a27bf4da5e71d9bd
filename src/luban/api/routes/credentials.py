"""`/credentials`: grants of providers. Secrets are taken, and never given back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from luban.api.caller import Owner, TheCaller, TheHouse, needs
from luban.api.paging import Part, paged
from luban.api.render_credentials import credential_view, tested_view, use_view
from luban.model.credential_views import (
    CredentialTestView,
    CredentialUseView,
    CredentialView,
    Kind,
)
from luban.model.views import ItemsView, PageView
from luban.services.credentials import CredentialChange, CredentialDraft

router = APIRouter(prefix="/credentials", tags=["credentials"])

MANAGER = "system.manage"


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NewCredential(_Given):
    """A credential to be stored: the fields its provider asks for, or where its secret is read."""

    provider: str = Field(max_length=100)
    name: str = Field(max_length=200)
    kind: Kind | None = Field(None, description="Needed where the provider takes several kinds.")
    secret: dict[str, SecretStr] = Field({}, max_length=50)
    settings: dict[str, str] = Field({}, max_length=50)
    external: str = Field("", max_length=500, description="Such as `env:NAME` or `vault:path`.")


class ChangedCredential(_Given):
    """What is to be different; a field that is left out stays as it is."""

    name: str | None = Field(None, max_length=200)
    secret: dict[str, SecretStr] | None = Field(None, max_length=50)
    settings: dict[str, str] | None = Field(None, max_length=50)
    external: str | None = Field(None, max_length=500)


@router.post("", dependencies=[needs("credential.write")], status_code=201)
async def create_credential(
    house: TheHouse, owner: Owner, caller: TheCaller, new: NewCredential
) -> CredentialView:
    draft = CredentialDraft(
        provider=new.provider,
        name=new.name,
        kind=new.kind,
        fields={**new.settings, **_opened(new.secret)},
        external=new.external,
        made_by=caller.user,
        manager=caller.may(MANAGER),
    )
    return credential_view(await house.credentials.create(owner, draft))


@router.get("", dependencies=[needs("credential.read")])
async def list_credentials(
    house: TheHouse,
    owner: Owner,
    part: Part,
    provider: Annotated[str | None, Query(max_length=100)] = None,
) -> PageView[CredentialView]:
    """By name; of one provider, if it is given."""
    found = await house.credentials.list(owner, part, provider=provider)
    return paged(found, part, credential_view)


@router.get("/{credential_id}", dependencies=[needs("credential.read")])
async def get_credential(house: TheHouse, owner: Owner, credential_id: str) -> CredentialView:
    return credential_view(await house.credentials.get(owner, credential_id))


@router.patch("/{credential_id}", dependencies=[needs("credential.write")])
async def change_credential(
    house: TheHouse,
    owner: Owner,
    caller: TheCaller,
    credential_id: str,
    changed: ChangedCredential,
) -> CredentialView:
    """Fields replace those of their name; the other fields of the secret stay."""
    fields = {**(changed.settings or {}), **_opened(changed.secret or {})}
    change = CredentialChange(
        changed.name, fields or None, changed.external, manager=caller.may(MANAGER)
    )
    return credential_view(await house.credentials.change(owner, credential_id, change))


@router.delete("/{credential_id}", dependencies=[needs("credential.write")], status_code=204)
async def delete_credential(
    house: TheHouse, owner: Owner, credential_id: str, force: bool = False
) -> None:
    """Answers `credential_in_use` with the nodes that use it, unless it is forced."""
    await house.credentials.delete(owner, credential_id, force=force)


@router.post("/{credential_id}/test", dependencies=[needs("credential.write")])
async def test_credential(house: TheHouse, owner: Owner, credential_id: str) -> CredentialTestView:
    """Sends the provider one harmless request with it."""
    return tested_view(await house.credentials.test(owner, credential_id))


@router.get("/{credential_id}/uses", dependencies=[needs("credential.read")])
async def list_uses(
    house: TheHouse, owner: Owner, credential_id: str
) -> ItemsView[CredentialUseView]:
    """Nodes of drafts and of published versions that use it."""
    uses = await house.credentials.uses(owner, credential_id)
    return ItemsView(items=[use_view(use) for use in uses])


def _opened(secret: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in secret.items()}

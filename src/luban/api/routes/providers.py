"""`/providers`: what credentials there can be, and what a team adds to that."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field, SecretStr

from luban.api.caller import Owner, TheCaller, TheHouse, needs, require
from luban.api.public_address import callback_of
from luban.model.errors import InvalidValue
from luban.model.provider_views import (
    FieldView,
    KindView,
    ProvidersView,
    ProviderView,
    ScopeView,
)
from luban.ports.providers import App, Kind, OAuth, Probe, Provider, Scope
from luban.services.house import House
from luban.services.oauth_apps import SERVER, Source

router = APIRouter(tags=["providers"])

ProviderId = Annotated[str, Path(min_length=1, max_length=100)]
_NO_SECRET = {"own", "client", "id"}


class NewProvider(BaseModel):
    """A provider without code: headers that carry what is entered, or OAuth 2."""

    title: str = Field(min_length=1, max_length=100)
    title_zh: str = Field(default="", max_length=100)
    docs: str = Field(default="", max_length=2000, pattern=r"^(https?://\S*)?$")
    hosts: list[str] = Field(min_length=1, max_length=50)
    kinds: list[Kind] = Field(min_length=1, max_length=5)
    probe: Probe | None = None
    oauth: OAuth | None = None
    scopes: list[Scope] = Field(default_factory=list[Scope], max_length=200)


class NewApp(BaseModel):
    """As what app Luban is known there; `everybody` gives it to all teams of the server."""

    client_id: str = Field(min_length=1, max_length=1000)
    client_secret: SecretStr = Field(default=SecretStr(""), max_length=10_000)
    everybody: bool = False


@router.get("/providers", dependencies=[needs("credential.read")])
async def list_providers(request: Request, house: TheHouse, owner: Owner) -> ProvidersView:
    """Those of the installation, then those the team defined."""
    found = await house.own_providers.list(owner)
    apps = await house.oauth_apps.sources(owner, found)
    items = [_view(each, apps.get(each.id)) for each in found]
    return ProvidersView(items=items, redirect=callback_of(request))


@router.get("/providers/{provider_id}", dependencies=[needs("credential.read")])
async def get_provider(house: TheHouse, owner: Owner, provider_id: ProviderId) -> ProviderView:
    """One of them."""
    return await _viewed(house, owner, provider_id)


@router.put(
    "/providers/{provider_id}",
    dependencies=[needs("credential.write")],
    responses={201: {"model": ProviderView, "description": "It was made"}},
)
async def put_provider(
    house: TheHouse, owner: Owner, provider_id: ProviderId, new: NewProvider, response: Response
) -> ProviderView:
    """Makes a provider of the team, or replaces it."""
    provider = Provider(
        id=provider_id,
        title=new.title,
        title_zh=new.title_zh,
        docs=new.docs,
        hosts=tuple(new.hosts),
        kinds=tuple(new.kinds),
        probe=new.probe,
        oauth=new.oauth,
        scopes=tuple(new.scopes),
    )
    if await house.own_providers.put(owner, provider):
        response.status_code = 201
    return await _viewed(house, owner, provider_id)


@router.delete(
    "/providers/{provider_id}", status_code=204, dependencies=[needs("credential.write")]
)
async def delete_provider(house: TheHouse, owner: Owner, provider_id: ProviderId) -> None:
    """Removes a provider of the team that no credential is of."""
    await house.own_providers.delete(owner, provider_id)


@router.put("/providers/{provider_id}/app", dependencies=[needs("credential.write")])
async def put_provider_app(
    house: TheHouse, caller: TheCaller, provider_id: ProviderId, new: NewApp
) -> ProviderView:
    """Stores client id and secret of an app that was registered there."""
    provider = await house.own_providers.get(caller.team, provider_id)
    team = caller.team
    if new.everybody:
        require(caller, "system.manage")
        _check_built_in(provider)
        team = SERVER
    app = App(client_id=new.client_id, client_secret=new.client_secret.get_secret_value())
    await house.oauth_apps.put(team, provider.id, app, caller.user)
    return await _viewed(house, caller.team, provider_id)


@router.delete(
    "/providers/{provider_id}/app", status_code=204, dependencies=[needs("credential.write")]
)
async def delete_provider_app(
    house: TheHouse, caller: TheCaller, provider_id: ProviderId, everybody: bool = False
) -> None:
    """Forgets it; credentials that were connected with it cannot be refreshed any more."""
    if everybody:
        require(caller, "system.manage")
    await house.oauth_apps.remove(SERVER if everybody else caller.team, provider_id)


def _check_built_in(provider: Provider) -> None:
    """One of a team's own would get a secret of the server, and says itself where it goes."""
    if provider.own:
        raise InvalidValue(
            name="everybody",
            value=True,
            expected="only apps of built-in providers are for everybody",
            expected_zh="只有内置服务商的应用可供所有人使用",
        )


async def _viewed(house: House, owner: str, provider_id: str) -> ProviderView:
    provider = await house.own_providers.get(owner, provider_id)
    apps = await house.oauth_apps.sources(owner, [provider])
    return _view(provider, apps.get(provider.id))


def _view(provider: Provider, app: Source | None) -> ProviderView:
    connects = provider.oauth is not None and bool(provider.oauth.authorize)
    definition = provider.model_dump(mode="json", exclude=_NO_SECRET, exclude_defaults=True)
    return ProviderView(
        id=provider.id,
        title=provider.title,
        title_zh=provider.title_zh,
        docs=provider.docs,
        hosts=list(provider.hosts),
        kinds=[_kind(kind, connects) for kind in provider.kinds],
        scopes=[ScopeView(**scope.model_dump()) for scope in provider.scopes],
        testable=provider.probe is not None
        or provider.client != "http"
        or any(kind.probe for kind in provider.kinds),
        own=provider.own,
        app=app if connects else None,
        definition=definition if provider.own else None,
    )


def _kind(kind: Kind, connects: bool) -> KindView:
    return KindView(
        kind=kind.kind,
        title=kind.title,
        title_zh=kind.title_zh,
        fields=[FieldView(**field.model_dump()) for field in kind.fields],
        connect=connects and kind.kind == "oauth2",
    )

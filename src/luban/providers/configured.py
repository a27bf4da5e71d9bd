"""The providers of this installation, and everything that is asked of them, by each one's row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from luban.ports.clock import Clock
from luban.ports.providers import (
    App,
    AppMissing,
    Apps,
    Asking,
    DeviceCode,
    Granted,
    GrantEnded,
    Kind,
    Provider,
    ProviderStore,
    Secret,
    Tested,
    Waiting,
)
from luban.ports.vault import Credential
from luban.providers import filling, words
from luban.providers.catalogue import catalogue, completed
from luban.providers.oauth import sending_people, service_account
from luban.providers.oauth.errors import ForeignAnswer
from luban.providers.oauth.tokens import TokenClient


class Trial(Protocol):
    """A small client that shows whether a credential works."""

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested: ...


class ConfiguredProviders:
    """`Providers`: the rows of the installation, and those of a team beside them.

    `trials` are by the name that rows call their `client`; `rows` replaces the packaged ones.
    """

    def __init__(
        self,
        store: ProviderStore,
        apps: Apps,
        tokens: TokenClient,
        trials: Mapping[str, Trial],
        clock: Clock,
        *,
        rows: Mapping[str, Provider] | None = None,
    ) -> None:
        self._store = store
        self._apps = apps
        self._tokens = tokens
        self._trials = trials
        self._clock = clock
        self._given = rows

    async def list(self, owner: str) -> list[Provider]:
        own = [completed(each) for each in await self._store.list(owner)]
        return [*self._rows.values(), *own]

    async def find(self, owner: str, provider_id: str) -> Provider | None:
        found = self._rows.get(provider_id)
        if found is not None:
            return found
        own = await self._store.find(owner, provider_id)
        return completed(own) if own else None

    def headers(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        kind = provider.kind(credential.kind)
        if kind is None:
            return {}
        values = filling.values_of(kind, credential, secret)
        return filling.headers(kind, values, provider.title)

    def query(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        kind = provider.kind(credential.kind)
        if kind is None:
            return {}
        values = filling.values_of(kind, credential, secret)
        return filling.query(kind, values, provider.title)

    def hosts(self, provider: Provider, credential: Credential, secret: Secret) -> tuple[str, ...]:
        kind = provider.kind(credential.kind)
        if kind is None:
            return ()
        return tuple(filling.hosts(provider, filling.values_of(kind, credential, secret)))

    async def test(self, provider: Provider, credential: Credential, secret: Secret) -> Tested:
        kind = provider.kind(credential.kind)
        trial = self._trials.get(provider.client)
        if kind is None or trial is None:
            said = words.NO_TEST.said(provider=provider.title)
            return Tested(health="unknown", trouble=said[0], trouble_zh=said[1])
        tested = await trial.test(provider, kind, credential, secret)
        if tested.health == "bad" and credential.kind == "oauth2":
            return tested.model_copy(update={"health": "expired"})
        return tested

    async def address(self, provider: Provider, asking: Asking) -> str:
        app = await self._app_or_none(provider, asking.owner, asking.app)
        if app is None or provider.oauth is None or not provider.oauth.authorize:
            raise _app_missing(provider, asking.redirect)
        return sending_people.address(provider.oauth, app, asking)

    async def exchange(
        self, provider: Provider, asking: Asking, code: str, issuer: str = ""
    ) -> Granted:
        wanted = provider.oauth.issuer if provider.oauth else ""
        if issuer and wanted and issuer != wanted:
            raise ForeignAnswer(issuer=issuer, provider=provider.title)
        app = await self._app(provider, asking.owner, asking.app, asking.redirect)
        granted = await self._tokens.exchange(provider, app, asking, code)
        return _with_app(granted, asking.app)

    async def device(self, provider: Provider, asking: Asking) -> DeviceCode:
        app = await self._app(provider, asking.owner, asking.app, asking.redirect)
        return await self._tokens.device(provider, app, asking.scopes)

    async def device_tokens(
        self, provider: Provider, asking: Asking, device_code: str
    ) -> Granted | Waiting:
        app = await self._app(provider, asking.owner, asking.app, asking.redirect)
        granted = await self._tokens.device_tokens(provider, app, device_code)
        return granted if isinstance(granted, Waiting) else _with_app(granted, asking.app)

    def can_refresh(self, provider: Provider, credential: Credential, secret: Secret) -> bool:
        if provider.oauth is None:
            return False
        if credential.kind == "service_account":
            return "key" in secret
        return "refresh_token" in secret or _acts_for_itself(provider, credential)

    async def refresh(self, provider: Provider, credential: Credential, secret: Secret) -> Granted:
        if credential.kind == "service_account":
            return await self._signed_for(provider, credential, secret)
        app = await self._app(provider, credential.owner, _app_of(secret, credential))
        if "refresh_token" in secret:
            return await self._tokens.refresh(provider, app, secret, credential.name)
        if not _acts_for_itself(provider, credential):
            raise GrantEnded(
                provider=provider.title, name=credential.name, cause="its time is over"
            )
        scopes = _scopes(credential)
        granted = await self._tokens.for_itself(provider, app, scopes, credential.name)
        return granted.model_copy(update={"secret": {**secret, **granted.secret}})

    async def revoke(self, provider: Provider, credential: Credential, secret: Secret) -> bool:
        if provider.oauth is None or "access_token" not in secret:
            return False
        given = _app_of(secret, credential)
        app = await self._app_or_none(provider, credential.owner, given)
        return await self._tokens.revoke(provider, app, secret)

    @property
    def _rows(self) -> Mapping[str, Provider]:
        return catalogue() if self._given is None else self._given

    async def _app_or_none(self, provider: Provider, owner: str, given: App | None) -> App | None:
        return given or await self._apps.find(owner, provider)

    async def _app(
        self, provider: Provider, owner: str, given: App | None, redirect: str = ""
    ) -> App:
        """Raises `AppMissing`."""
        app = await self._app_or_none(provider, owner, given)
        if app is None:
            raise _app_missing(provider, redirect)
        return app

    async def _signed_for(
        self, provider: Provider, credential: Credential, secret: Secret
    ) -> Granted:
        assert provider.oauth is not None
        now = int(self._clock.now())
        subject = str(credential.settings.get("subject", ""))
        proof = service_account.assertion(
            secret["key"], provider.oauth.token, _scopes(credential), subject, now
        )
        granted = await self._tokens.by_assertion(provider, proof, credential.name)
        account = granted.account or subject or service_account.account(secret["key"])
        return granted.model_copy(
            update={"secret": {**secret, **granted.secret}, "account": account}
        )


def _scopes(credential: Credential) -> tuple[str, ...]:
    """Those that were granted before, else those that were entered."""
    return credential.scopes or tuple(str(credential.settings.get("scopes", "")).split())


def _acts_for_itself(provider: Provider, credential: Credential) -> bool:
    return (
        provider.oauth is not None
        and "client_credentials" in provider.oauth.grants
        and credential.settings.get("grant") == "client_credentials"
    )


def _app_of(secret: Secret, credential: Credential) -> App | None:
    """The app that came with the credential, if one did."""
    client_id = secret.get("client_id") or str(credential.settings.get("client_id") or "")
    if not client_id:
        return None
    return App(client_id=client_id, client_secret=secret.get("client_secret", ""))


def _with_app(granted: Granted, app: App | None) -> Granted:
    """An app that was given stays with what it was granted."""
    if app is None:
        return granted
    kept = {"client_id": app.client_id, "client_secret": app.client_secret}
    secret = {**granted.secret, **{name: value for name, value in kept.items() if value}}
    return granted.model_copy(update={"secret": secret})


def _app_missing(provider: Provider, redirect: str) -> AppMissing:
    return AppMissing(
        provider=provider.title,
        docs=provider.docs or provider.id,
        redirect=redirect or "that `luban provider show` prints",
        variable=provider.id.upper().replace("-", "_"),
    )

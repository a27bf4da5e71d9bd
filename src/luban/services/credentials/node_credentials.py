"""Credentials as steps get them: chosen by their node, opened, their values made known to hide."""

from __future__ import annotations

from luban.ports.providers import Providers
from luban.ports.vault import CredentialStore
from luban.ports.world import OpenedCredential, WantedCredential
from luban.sdk.credential import OpenCredential
from luban.services.credentials.choosing import choose
from luban.services.credentials.errors import CredentialMissing
from luban.services.credentials.fields import to_hide
from luban.services.credentials.opening import Hold, Opened, Opening


class NodeCredentials:
    """What the world of a step opens credentials with."""

    def __init__(
        self, store: CredentialStore, opening: Opening, providers: Providers, hold: Hold
    ) -> None:
        self._store = store
        self._opening = opening
        self._providers = providers
        self._hold = hold

    async def open(self, owner: str, wanted: WantedCredential) -> OpenedCredential:
        """Raises `CredentialMissing`, and what opening it raises."""
        node, asked, named = wanted
        credential = await choose(self._store, owner, node, asked, named)
        provider = await self._providers.find(owner, credential.provider)
        if provider is None:
            cause = f"the provider `{credential.provider}` of `{credential.name}` is gone"
            cause_zh = f"“{credential.name}”的服务商“{credential.provider}”已不存在"
            raise CredentialMissing(node, credential.provider, cause, cause_zh)
        opened = await self._opening.open(credential, provider)
        await self._opening.used(opened.credential)
        hidden = to_hide(opened.kind, opened.secret)
        return OpenedCredential(self._shown(opened), hidden, self._hold(hidden))

    def _shown(self, opened: Opened) -> OpenCredential:
        credential, provider, secret = opened
        settings = {name: str(value) for name, value in credential.settings.items()}
        return OpenCredential(
            {**settings, **secret},
            id=credential.id,
            name=credential.name,
            provider=provider.id,
            kind=credential.kind,
            account=credential.account,
            hosts=self._providers.hosts(provider, credential, secret),
            headers=self._providers.headers(provider, credential, secret),
            query=self._providers.query(provider, credential, secret),
        )

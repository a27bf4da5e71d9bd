"""The models of an installation: where they come from, how their keys and addresses are guarded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from luban.llm import ConfiguredModels, ModelSettings
from luban.llm.installed import InstalledModels
from luban.llm.loaded_wires import LoadedWires
from luban.llm.model_sources import ModelSources
from luban.net import AllowList
from luban.net.gate import Gate
from luban.ports.models import ModelRows
from luban.ports.world import WantedCredential
from luban.sdk.credential import ANY
from luban.server.settings import Settings
from luban.services.credentials.errors import CredentialMissing
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.models import ModelCredentialMissing, Reachable

if TYPE_CHECKING:
    from luban.net.guarded_transport import GuardedTransport

_FIELDS = ("api_key", "access_token", "token", "password")


class CredentialKeys:
    """`ModelKeys` over the vault: a key is sent only where its credential may go."""

    def __init__(self, credentials: NodeCredentials) -> None:
        self._credentials = credentials

    @asynccontextmanager
    async def open(self, owner: str, credential: str, model: str, url: str) -> AsyncIterator[str]:
        wanted = WantedCredential(model, ANY, credential)
        try:
            opened = await self._credentials.open(owner, wanted)
        except CredentialMissing as error:
            raise ModelCredentialMissing(model=model, credential=credential) from error
        try:
            opened.credential.check(url)
            fields = opened.credential
            yield next((fields[name] for name in _FIELDS if fields.get(name)), "")
        finally:
            opened.done()


def reachable(settings: Settings) -> Reachable:
    """Whether an address is one that may be asked, by the rules for blocks."""
    gate = Gate(AllowList.parse(settings.allow_hosts))

    async def check(host: str, port: int) -> None:
        await gate.addresses(host, port)

    return check


def open_models(
    settings: Settings, rows: ModelRows, credentials: NodeCredentials
) -> ConfiguredModels:
    """Raises `InvalidValue` for a model of luban.toml that cannot be used."""
    sources = ModelSources(
        ModelSettings.read(settings.environment, settings.models),
        rows,
        InstalledModels(settings.environment),
    )
    allow = AllowList.parse(settings.allow_hosts)

    def guarded() -> GuardedTransport:
        from luban.net.guarded_transport import GuardedTransport

        return GuardedTransport(allow)

    return ConfiguredModels(sources, CredentialKeys(credentials), LoadedWires(guarded))

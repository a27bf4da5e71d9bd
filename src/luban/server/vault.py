"""The vault of an installation, put together: keys, sealing, credentials, what hides them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from luban.net import AllowList, GuardedHttp
from luban.ports.clock import Clock
from luban.ports.providers import Providers, ProviderStore
from luban.ports.stores import AgentStore
from luban.ports.vault import CredentialStore, SealedRecords
from luban.sdk.http import Http
from luban.server.database import MEMORY
from luban.server.providers import open_providers
from luban.server.settings import Settings
from luban.services.credentials import Credentials, KeyRotation, Uses
from luban.services.credentials.graph_check import CredentialCheck
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.credentials.opening import Opening
from luban.services.kept_agents import KeptAgents, MovingBlocks
from luban.vault.external import ExternalSecrets, read_rows
from luban.vault.key_keeper import open_keys
from luban.vault.key_sources import KeySources
from luban.vault.scrubbing import Scrubber, scrub_logs
from luban.vault.sealing import EnvelopeSealing


class VaultDatabase(Protocol):
    """What of the database the vault needs."""

    @property
    def agents(self) -> AgentStore: ...
    @property
    def credentials(self) -> CredentialStore: ...
    @property
    def providers(self) -> ProviderStore: ...
    @property
    def factor_secrets(self) -> SealedRecords: ...
    @property
    def webhooks(self) -> SealedRecords: ...


@dataclass(frozen=True)
class Vault:
    """One of each; `sealing` is for everything else that keeps secrets."""

    sealing: EnvelopeSealing
    providers: Providers
    credentials: Credentials
    opening: Opening
    nodes: NodeCredentials
    check: CredentialCheck
    rotation: KeyRotation
    scrubber: Scrubber
    outside: GuardedHttp

    async def aclose(self) -> None:
        await self.outside.aclose()


async def open_vault(
    settings: Settings, database: VaultDatabase, registry: MovingBlocks, http: Http, clock: Clock
) -> Vault:
    """Raises `BadKey`, `KeyFileOpen`, `KeyFileUnusable`, `KeyCommandFailed`, `InvalidValue`."""
    sources = None
    if settings.database_url != MEMORY:
        sources = KeySources(settings.environment, settings.home)
    ring, keeper = await asyncio.to_thread(open_keys, sources)
    sealing = EnvelopeSealing(ring)
    store = database.credentials
    providers = open_providers(settings, database, sealing, http, clock)
    rows = read_rows(settings.secrets, settings.environment)
    # An administrator wrote these addresses, so they may lie in a private network.
    outside = GuardedHttp(AllowList.parse([host for row in rows for host in row.hosts]))
    secrets = ExternalSecrets.of_settings(
        rows, environment=settings.environment, home=settings.home, http=outside
    )
    scrubber = Scrubber()
    hold = _hold(scrubber)
    opening = Opening(store, sealing, providers, secrets, clock, hold)
    rotation = KeyRotation(
        keeper,
        sealing,
        store,
        {"webhooks": database.webhooks, "factors": database.factor_secrets},
    )
    await rotation.look()
    uses = Uses(KeptAgents(database.agents, registry), registry)
    return Vault(
        sealing=sealing,
        providers=providers,
        credentials=Credentials(store, opening, providers, secrets, uses, clock),
        opening=opening,
        nodes=NodeCredentials(store, opening, providers, hold),
        check=CredentialCheck(store, registry),
        rotation=rotation,
        scrubber=scrubber,
        outside=outside,
    )


def _hold(scrubber: Scrubber) -> Callable[[Iterable[str]], Callable[[], None]]:
    def hold(values: Iterable[str]) -> Callable[[], None]:
        scrub_logs(scrubber)  # handlers may have come since
        return scrubber.hold(values)

    return hold

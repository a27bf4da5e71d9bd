"""The services around connecting accounts, over any database, with a provider of a local wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luban.model.access import ADMIN, Caller
from luban.net import AllowList, GuardedHttp
from luban.ports.clock import Clock
from luban.ports.providers import Provider
from luban.ports.vault import Credential, SecretUnreachable
from luban.providers import ConfiguredProviders
from luban.providers.oauth.tokens import TokenClient
from luban.providers.web_trial import WebTrial
from luban.registry import discover
from luban.services.asked_grants import AskedGrants
from luban.services.connecting import Connecting, Returned, Started, Wanted
from luban.services.credentials.credentials import Credentials
from luban.services.credentials.opening import Opening
from luban.services.credentials.uses import Uses
from luban.services.oauth_apps import OAuthApps
from luban.services.own_providers import OwnProviders
from luban.vault.key_ring import Key, KeyRing
from luban.vault.sealing import EnvelopeSealing
from tests.providers.oauth_wire import CLIENT, REDIRECT, SECRET
from tests.providers.test_oauth import visited

KEY = Key("k1", bytes(range(32)))
ME = Caller("u_me", "t_me", ADMIN.permissions, by="session", grant="s_1")
SHE = Caller("u_she", "t_she", ADMIN.permissions, by="session", grant="s_2")


class NoSecrets:
    """Nothing is kept elsewhere."""

    def check(self, owner: str, address: str, *, manager: bool) -> None:
        raise SecretUnreachable(address=address, cause="there is nothing elsewhere")

    async def read(self, owner: str, address: str) -> Mapping[str, str]:
        raise SecretUnreachable(address=address, cause="there is nothing elsewhere")


@dataclass
class Desk:
    """One of each, as one process has it."""

    http: GuardedHttp
    apps: OAuthApps
    providers: ConfiguredProviders
    own: OwnProviders
    credentials: Credentials
    connecting: Connecting
    store: Any

    async def connect(
        self, caller: Caller = ME, wanted: Wanted | None = None, **more: str
    ) -> Credential:
        """From start to end in one browser."""
        started = await self.connecting.start(caller, wanted or github())
        return await self.connecting.finish(caller, await self.returned(started, **more))

    async def returned(self, started: Started, **more: str) -> Returned:
        back = await visited(self.http, started.url)
        given = {"browser": started.browser, **more}
        return Returned(state=back["state"], code=back["code"], **given)


def github(name: str = "Mine", **more: Any) -> Wanted:
    values: dict[str, Any] = {"provider": "github", "redirect": REDIRECT, **more}
    return Wanted(name=name, **values)


def open_desk(
    database: Any, http: GuardedHttp, rows: dict[str, Provider], clock: Clock, **app: str
) -> Desk:
    sealing = EnvelopeSealing(KeyRing.of(KEY))
    store = database.credentials
    environment = {
        "LUBAN_OAUTH_GITHUB_CLIENT_ID": CLIENT,
        "LUBAN_OAUTH_GITHUB_CLIENT_SECRET": SECRET,
    }
    apps = OAuthApps(store, sealing, clock, environment=environment, settings={})
    providers = ConfiguredProviders(
        database.providers,
        apps,
        TokenClient(http, clock, seconds=5.0),
        {"http": WebTrial(http, clock)},
        clock,
        rows=rows,
    )
    secrets = NoSecrets()
    opening = Opening(store, sealing, providers, secrets, clock, lambda _: lambda: None)
    uses = Uses(database.agents, discover(()))
    credentials = Credentials(store, opening, providers, secrets, uses, clock)
    allow = AllowList.parse("loopback")
    return Desk(
        http,
        apps,
        providers,
        OwnProviders(
            database.providers,
            providers,
            store,
            apps,
            lambda host, port: host == "127.0.0.1" and bool(allow),
            clock,
        ),
        credentials,
        Connecting(
            credentials,
            store,
            opening,
            providers,
            AskedGrants(database.sessions, sealing, clock),
            clock,
        ),
        store,
    )

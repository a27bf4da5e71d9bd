"""The providers of an installation, put together: their rows, clients and tests."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from luban.net import AllowList
from luban.net.addresses import parse
from luban.net.driver_gate import DriverGate
from luban.net.mail.door import MailDoor
from luban.ports.clock import Clock
from luban.ports.people import SessionStore
from luban.ports.providers import Kind, Provider, Providers, ProviderStore, Secret, Tested
from luban.ports.vault import Credential, CredentialStore, Sealing
from luban.providers import ConfiguredProviders
from luban.providers.database_trial import DatabaseTrial
from luban.providers.oauth.tokens import TokenClient
from luban.providers.web_trial import WebTrial
from luban.sdk.http import Http
from luban.server.settings import Settings
from luban.services.asked_grants import AskedGrants
from luban.services.connecting import Connecting
from luban.services.credentials.credentials import Credentials
from luban.services.credentials.opening import Opening
from luban.services.oauth_apps import OAuthApps, check_settings
from luban.services.own_providers import OwnProviders
from luban.storage.outside import OutsideDatabases


class ProviderDatabase(Protocol):
    """What of the database providers need."""

    @property
    def credentials(self) -> CredentialStore: ...
    @property
    def providers(self) -> ProviderStore: ...


class ConnectingDatabase(ProviderDatabase, Protocol):
    """What connecting accounts needs beside that."""

    @property
    def sessions(self) -> SessionStore: ...


class _Smtp:
    """The client of mail servers, imported when it is first asked for: starting is to be quick."""

    def __init__(self, door: MailDoor) -> None:
        self._door = door

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested:
        from luban.providers.smtp_trial import SmtpTrial

        return await SmtpTrial(self._door).test(provider, kind, credential, secret)


class _Imap:
    """As `_Smtp`, for servers that keep mail."""

    def __init__(self, door: MailDoor) -> None:
        self._door = door

    async def test(
        self, provider: Provider, kind: Kind, credential: Credential, secret: Secret
    ) -> Tested:
        from luban.providers.imap_trial import ImapTrial

        return await ImapTrial(self._door).test(provider, kind, credential, secret)


class ProviderServices(NamedTuple):
    """What people do with providers."""

    own: OwnProviders
    apps: OAuthApps
    connecting: Connecting


def open_providers(
    settings: Settings, database: ProviderDatabase, sealing: Sealing, http: Http, clock: Clock
) -> Providers:
    """Raises `InvalidValue` of what the settings say."""
    door = MailDoor(AllowList.parse(settings.allow_hosts))
    return ConfiguredProviders(
        database.providers,
        _apps(settings, database, sealing, clock),
        TokenClient(http, clock),
        {
            "http": WebTrial(http, clock),
            "smtp": _Smtp(door),
            "imap": _Imap(door),
            "database": _databases(settings),
        },
        clock,
    )


def _databases(settings: Settings) -> DatabaseTrial:
    gate = DriverGate(AllowList.parse(settings.allow_hosts))
    return DatabaseTrial(OutsideDatabases(gate.address))


def provider_services(
    settings: Settings,
    database: ConnectingDatabase,
    providers: Providers,
    credentials: Credentials,
    opening: Opening,
    sealing: Sealing,
    clock: Clock,
) -> ProviderServices:
    """Over what the vault is made of."""
    allow = AllowList.parse(settings.allow_hosts)
    apps = _apps(settings, database, sealing, clock)
    return ProviderServices(
        OwnProviders(
            database.providers,
            providers,
            database.credentials,
            apps,
            lambda host, port: _is_own(allow, host, port),
            clock,
        ),
        apps,
        Connecting(
            credentials,
            database.credentials,
            opening,
            providers,
            AskedGrants(database.sessions, sealing, clock),
            clock,
        ),
    )


def _apps(
    settings: Settings, database: ProviderDatabase, sealing: Sealing, clock: Clock
) -> OAuthApps:
    check_settings(settings.oauth)
    return OAuthApps(
        database.credentials,
        sealing,
        clock,
        environment=settings.environment,
        settings=settings.oauth,
    )


def _is_own(allow: AllowList, host: str, port: int) -> bool:
    """Whether an administrator named it: by name, or as the network its address is in."""
    if allow.permits_name(host, port):
        return True
    literal = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        return allow.permits_address(parse(literal), port)
    except ValueError:
        return False

"""A vault over memory, with providers that do what a test tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from luban.model.errors import LubanError
from luban.ports.providers import (
    Asking,
    Field,
    Granted,
    GrantEnded,
    Kind,
    Provider,
    Secret,
    Tested,
)
from luban.ports.vault import Credential, CredentialStore, SecretNotFound
from luban.registry import discover
from luban.services.credentials import CredentialDraft, Credentials, KeyRotation, Uses
from luban.services.credentials.node_credentials import NodeCredentials
from luban.services.credentials.opening import Opening
from luban.storage.memory import MemoryDatabase
from luban.vault import EnvelopeSealing, Key, KeyRing
from luban.vault.key_keeper import KeyKeeper
from luban.vault.key_ring import new_key
from luban.vault.scrubbing import Scrubber

OWNER, STRANGER = "team-1", "team-2"
SECRET = "sk-very-secret-1"

API = Provider(
    id="api",
    title="Example API",
    hosts=("api.example.com", "{host}"),
    kinds=(
        Kind(
            kind="api_key",
            fields=(
                Field(name="api_key", title="Key"),
                Field(name="host", title="Host", secret=False, required=False),
                Field(name="region", secret=False, required=False, choices=("eu", "us")),
            ),
            headers={"Authorization": "Bearer {api_key}"},
        ),
        Kind(kind="password", fields=(Field(name="user", secret=False), Field(name="password"))),
    ),
)
OAUTH = Provider(
    id="oauth",
    title="Example OAuth",
    hosts=("api.example.com",),
    kinds=(Kind(kind="oauth2", headers={"Authorization": "Bearer {access_token}"}),),
)


class TestClock:
    """Stands until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at


@dataclass
class Playing:
    """`Providers` with two rows; refreshing counts up, and may be slow or fail."""

    said: Tested = field(default_factory=lambda: Tested(health="good", account="me"))
    refusal: LubanError | None = None
    delay: float = 0.0
    refreshed: int = 0
    under_way: int = 0
    tested: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])

    async def list(self, owner: str) -> list[Provider]:
        return [API, OAUTH]

    async def find(self, owner: str, provider_id: str) -> Provider | None:
        return {"api": API, "oauth": OAUTH}.get(provider_id)

    def headers(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        return {"Authorization": f"Bearer {next(iter(secret.values()))}"}

    def query(self, provider: Provider, credential: Credential, secret: Secret) -> dict[str, str]:
        return {}

    def hosts(self, provider: Provider, credential: Credential, secret: Secret) -> tuple[str, ...]:
        return provider.hosts[:1]

    async def test(self, provider: Provider, credential: Credential, secret: Secret) -> Tested:
        self.tested.append(secret)
        return self.said

    async def address(self, provider: Provider, asking: Asking) -> str:
        raise NotImplementedError

    async def exchange(
        self, provider: Provider, asking: Asking, code: str, issuer: str = ""
    ) -> Granted:
        raise NotImplementedError

    def can_refresh(self, provider: Provider, credential: Credential, secret: Secret) -> bool:
        return "refresh_token" in secret

    async def refresh(self, provider: Provider, credential: Credential, secret: Secret) -> Granted:
        """As a provider that takes every refresh token once."""
        self.under_way += 1
        assert self.under_way == 1, "two refreshed at once"
        await asyncio.sleep(self.delay)
        self.under_way -= 1
        if self.refusal is not None:
            raise self.refusal
        if secret["refresh_token"] != f"refresh-{self.refreshed}":
            raise GrantEnded(provider="Example", name=credential.name, cause="used twice")
        self.refreshed += 1
        return Granted(
            secret={
                "access_token": f"access-{self.refreshed}",
                "refresh_token": f"refresh-{self.refreshed}",
            },
            expires_at=2_000_000.0,
        )

    async def device(self, provider: Provider, asking: Asking) -> Any:
        raise NotImplementedError

    async def device_tokens(self, provider: Provider, asking: Asking, device_code: str) -> Any:
        raise NotImplementedError

    async def revoke(self, provider: Provider, credential: Credential, secret: Secret) -> bool:
        raise NotImplementedError


@dataclass
class Elsewhere:
    """`Secrets` kept in a dict."""

    known: dict[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])

    def check(self, owner: str, address: str, *, manager: bool) -> None:
        """Everything may be named."""

    async def read(self, owner: str, address: str) -> Mapping[str, str]:
        if address not in self.known:
            raise SecretNotFound(address=address)
        return self.known[address]


class Bench:
    """One process of an installation; `beside` makes another over the same records."""

    def __init__(
        self,
        keys: Sequence[Key] | None = None,
        *,
        store: CredentialStore | None = None,
        database: MemoryDatabase | None = None,
        providers: Playing | None = None,
        clock: TestClock | None = None,
    ) -> None:
        self.keys = list(keys or [new_key()])
        self.ring = KeyRing(lambda: self.keys)
        self.sealing = EnvelopeSealing(self.ring)
        self.clock = clock or TestClock()
        self.database = database or MemoryDatabase()
        self.store = store or self.database.credentials
        self.providers = providers or Playing()
        self.elsewhere = Elsewhere()
        self.scrubber = Scrubber()
        self.opening = Opening(
            self.store,
            self.sealing,
            self.providers,
            self.elsewhere,
            self.clock,
            self.scrubber.hold,
        )
        self.credentials = Credentials(
            self.store,
            self.opening,
            self.providers,
            self.elsewhere,
            Uses(self.database.agents, discover()),
            self.clock,
        )
        self.nodes = NodeCredentials(self.store, self.opening, self.providers, self.scrubber.hold)
        self.rotation = KeyRotation(KeyKeeper(self.ring), self.sealing, self.store)

    def beside(self, store: CredentialStore | None = None) -> Bench:
        return Bench(
            self.keys,
            store=store or self.store,
            database=self.database,
            providers=self.providers,
            clock=self.clock,
        )

    def new_key(self) -> Key:
        """Puts a new current key before the others."""
        key = new_key()
        self.keys.insert(0, key)
        self.ring.read_again()
        return key

    async def enter(self, name: str = "Work", owner: str = OWNER, **more: Any) -> Credential:
        fields = more.pop("fields", {"api_key": SECRET})
        draft = CredentialDraft("api", name, more.pop("kind", "api_key"), fields, **more)
        return await self.credentials.create(owner, draft)

    async def secret(self, credential: Credential) -> Mapping[str, str]:
        return (await self.credentials.opened(credential.owner, credential.id)).secret

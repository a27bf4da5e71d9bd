"""How Luban itself is known at providers: entered by a team or an administrator, or in settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from luban.model.errors import InvalidValue
from luban.model.ids import new_id
from luban.ports.clock import Clock
from luban.ports.providers import App, Provider
from luban.ports.stores import Slice
from luban.ports.vault import Credential, CredentialStore, Sealing
from luban.services.credentials.fields import packed, unpacked
from luban.services.credentials.opening import TABLE

SERVER = ""
"""The team of apps that everybody's credentials may use."""
_PAGE = 200
Source = Literal["team", "server", "settings"]


class OAuthApps:
    """`Apps`: the team's own first, then the server's, then those of the settings.

    Each is kept as a credential of nobody's list, so that it is sealed, and sealed anew when keys
    change, as every other secret is.
    """

    def __init__(
        self,
        store: CredentialStore,
        sealing: Sealing,
        clock: Clock,
        *,
        environment: Mapping[str, str],
        settings: Mapping[str, Any],
    ) -> None:
        self._store = store
        self._sealing = sealing
        self._clock = clock
        self._environment = environment
        self._settings = settings

    async def find(self, owner: str, provider: Provider) -> App | None:
        if (app := await self._stored(owner, provider.id)) is not None or provider.own:
            return app
        return await self._stored(SERVER, provider.id) or self._set(provider.id)

    async def sources(self, owner: str, providers: Iterable[Provider]) -> dict[str, Source]:
        """Where the apps come from that a team's credentials use, by provider."""
        team, server = await self._named(owner), await self._named(SERVER)
        found: dict[str, Source] = {}
        for provider in providers:
            if provider.id in team:
                found[provider.id] = "team"
            elif provider.own:
                continue
            elif provider.id in server:
                found[provider.id] = "server"
            elif self._set(provider.id) is not None:
                found[provider.id] = "settings"
        return found

    async def put(self, team: str, provider_id: str, app: App, by: str) -> None:
        """Makes or replaces one; for everybody if the team is `SERVER`."""
        now = self._clock.now()
        place = _owner(team)
        known = await self._store.find_named(place, provider_id)
        credential = known or Credential(
            id=new_id("app"),
            owner=place,
            provider=provider_id,
            name=provider_id,
            kind="oauth2",
            made_by=by,
            created_at=now,
            updated_at=now,
        )
        credential = credential.model_copy(
            update={"settings": {"client_id": app.client_id}, "updated_at": now}
        )
        content = packed({"client_secret": app.client_secret})
        sealed = self._sealing.seal(content, TABLE, credential.id, place)
        if known is not None:
            await self._store.update(credential, sealed)
        elif not await self._store.create(credential, sealed):  # somebody was faster
            await self.put(team, provider_id, app, by)

    async def remove(self, team: str, provider_id: str) -> bool:
        known = await self._store.find_named(_owner(team), provider_id)
        return known is not None and await self._store.delete(known.owner, known.id)

    async def _named(self, team: str) -> set[str]:
        """The providers a team has apps of."""
        found: set[str] = set()
        part = Slice(page_size=_PAGE)
        while True:
            page = await self._store.list(_owner(team), part)
            found |= {credential.provider for credential in page.items}
            if part.page * _PAGE >= page.total:
                return found
            part = Slice(page=part.page + 1, page_size=_PAGE)

    async def _stored(self, team: str, provider_id: str) -> App | None:
        place = _owner(team)
        known = await self._store.find_named(place, provider_id)
        sealed = await self._store.secret(place, known.id) if known else None
        if known is None or sealed is None:
            return None
        secret = unpacked(self._sealing.open(sealed, TABLE, known.id, place))
        return App(client_id=str(known.settings["client_id"]), **secret)

    def _set(self, provider_id: str) -> App | None:
        """By variable, else by `[oauth.<provider>]` of luban.toml."""
        name = f"LUBAN_OAUTH_{provider_id.upper().replace('-', '_')}"
        row = self._settings.get(provider_id, {})
        client_id = self._environment.get(f"{name}_CLIENT_ID") or row.get("client_id", "")
        secret = self._environment.get(f"{name}_CLIENT_SECRET") or row.get("client_secret", "")
        return App(client_id=client_id, client_secret=secret) if client_id else None


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raises `InvalidValue` for what cannot be meant."""
    for provider, row in settings.items():
        known = {"client_id", "client_secret"}
        if (
            not isinstance(row, dict)
            or not row.keys() <= known
            or not all(isinstance(value, str) for value in row.values())
        ):
            raise InvalidValue(
                name=f"oauth.{provider}",
                value="•••",
                expected='it must be a table with client_id = "…" and client_secret = "…"',
                expected_zh='必须是包含 client_id = "…" 和 client_secret = "…" 的表',
            )


def _owner(team: str) -> str:
    """Apps belong to a team as credentials do, but stand in nobody's list of them."""
    return f"apps:{team}"

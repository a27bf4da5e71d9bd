"""Providers, and accounts connected to them, through the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from luban.client.transport import Transport
from luban.model.provider_views import (
    ConnectedView,
    ConnectView,
    DeviceView,
    ProvidersView,
    ProviderView,
    RevokedView,
)


class Providers:
    """The providers of a server, those a team defined among them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> ProvidersView:
        """All of them, and the address that apps are registered with."""
        return await self._transport.ask(ProvidersView, "GET", "/providers")

    async def get(self, provider_id: str) -> ProviderView:
        return await self._transport.ask(ProviderView, "GET", f"/providers/{provider_id}")

    async def put(self, provider_id: str, definition: Mapping[str, Any]) -> ProviderView:
        """Makes or replaces one of the team's own."""
        return await self._transport.ask(
            ProviderView, "PUT", f"/providers/{provider_id}", json=dict(definition)
        )

    async def delete(self, provider_id: str) -> None:
        await self._transport.send("DELETE", f"/providers/{provider_id}")

    async def put_app(
        self, provider_id: str, client_id: str, client_secret: str, *, everybody: bool = False
    ) -> ProviderView:
        """Stores client id and secret of an app that was registered there."""
        app = {"client_id": client_id, "client_secret": client_secret, "everybody": everybody}
        return await self._transport.ask(
            ProviderView, "PUT", f"/providers/{provider_id}/app", json=app
        )

    async def connect(
        self,
        provider_id: str,
        *,
        name: str = "",
        scopes: Sequence[str] | None = None,
        credential_id: str | None = None,
        elsewhere: bool = True,
    ) -> ConnectView:
        """Begins to connect an account; a browser goes to the address in the answer.

        Without `elsewhere`, that browser must hold the cookie of this answer.
        """
        wanted = {
            "provider": provider_id,
            "name": name,
            "scopes": None if scopes is None else [*scopes],
            "credential_id": credential_id,
            "elsewhere": elsewhere,
        }
        return await self._transport.ask(
            ConnectView, "POST", "/credentials/oauth/start", json=wanted
        )

    async def connect_device(
        self,
        provider_id: str,
        *,
        name: str = "",
        scopes: Sequence[str] | None = None,
        credential_id: str | None = None,
    ) -> DeviceView:
        """Begins to connect an account: a person enters a code on another device."""
        wanted = {
            "provider": provider_id,
            "name": name,
            "scopes": None if scopes is None else [*scopes],
            "credential_id": credential_id,
        }
        return await self._transport.ask(
            DeviceView, "POST", "/credentials/oauth/device", json=wanted
        )

    async def connected(self, state: str) -> ConnectedView:
        """How it went; while neither is set it has not ended."""
        return await self._transport.ask(ConnectedView, "GET", f"/credentials/oauth/{state}")

    async def revoke(self, credential_id: str) -> RevokedView:
        """Takes a connected account back at its provider."""
        return await self._transport.ask(
            RevokedView, "POST", f"/credentials/{credential_id}/revoke"
        )

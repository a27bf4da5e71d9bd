# Generated from luban/client/credentials.py by ./run fix.

"""Credentials and the keys they are sealed with, through the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from luban.client.sync.transport import Transport
from luban.model.credential_views import (
    CredentialTestView,
    CredentialUseView,
    CredentialView,
    KeyView,
    RotatedView,
)
from luban.model.views import ItemsView, PageView


class Credentials:
    """The credentials of a team; their secrets go in and never come out."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, provider: str | None = None, page: int = 1, page_size: int = 50
    ) -> PageView[CredentialView]:
        """By name."""
        params: dict[str, Any] = {"page": page, "page_size": page_size}
        if provider is not None:
            params["provider"] = provider
        return self._transport.ask(PageView[CredentialView], "GET", "/credentials", params=params)

    def create(
        self,
        provider: str,
        name: str,
        *,
        kind: str | None = None,
        secret: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        external: str = "",
    ) -> CredentialView:
        """Stores one; `external` says where its secret is read from instead of being stored."""
        draft: dict[str, Any] = {
            "provider": provider,
            "name": name,
            "kind": kind,
            "secret": dict(secret or {}),
            "settings": dict(settings or {}),
            "external": external,
        }
        return self._transport.ask(CredentialView, "POST", "/credentials", json=draft)

    def get(self, credential_id: str) -> CredentialView:
        return self._transport.ask(CredentialView, "GET", f"/credentials/{credential_id}")

    def change(
        self,
        credential_id: str,
        *,
        name: str | None = None,
        secret: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        external: str | None = None,
    ) -> CredentialView:
        """Changes what is given; fields of the secret that are not given stay."""
        change = {"name": name, "secret": secret, "settings": settings, "external": external}
        given = {key: value for key, value in change.items() if value is not None}
        return self._transport.ask(
            CredentialView, "PATCH", f"/credentials/{credential_id}", json=given
        )

    def delete(self, credential_id: str, *, force: bool = False) -> None:
        """Refused with `credential_in_use` while agents use it, unless forced."""
        params = {"force": "true"} if force else None
        self._transport.send("DELETE", f"/credentials/{credential_id}", params=params)

    def test(self, credential_id: str) -> CredentialTestView:
        """What the provider says of it."""
        return self._transport.ask(CredentialTestView, "POST", f"/credentials/{credential_id}/test")

    def uses(self, credential_id: str) -> ItemsView[CredentialUseView]:
        """The nodes that use it."""
        return self._transport.ask(
            ItemsView[CredentialUseView], "GET", f"/credentials/{credential_id}/uses"
        )

    def keys(self) -> ItemsView[KeyView]:
        """The keys of the server, by their names."""
        return self._transport.ask(ItemsView[KeyView], "GET", "/keys")

    def rotate(self, *, new_key: bool = False) -> RotatedView:
        """Seals everything under the current key, or under a new one."""
        return self._transport.ask(RotatedView, "POST", "/keys/rotate", json={"new_key": new_key})

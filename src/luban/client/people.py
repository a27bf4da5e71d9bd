"""Signing in, users and API keys of a server with accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from luban.client.transport import Transport
from luban.model.people_views import (
    ApiKeyView,
    LinkMadeView,
    MeView,
    NewApiKeyView,
    NewUserView,
    SignedInView,
    UserView,
)
from luban.model.views import ItemsView, PageView


class People:
    """Oneself, and everybody else for who may administer them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def me(self) -> MeView:
        return await self._transport.ask(MeView, "GET", "/me")

    async def sign_in(self, email: str, password: str) -> SignedInView:
        """Keeps the session in this client. With `second`, call `second_factor` next."""
        given = {"email": email, "password": password}
        return await self._transport.ask(SignedInView, "POST", "/auth/sign-in", json=given)

    async def second_factor(self, token: str, code: str) -> SignedInView:
        given = {"token": token, "code": code}
        return await self._transport.ask(SignedInView, "POST", "/auth/second-factor", json=given)

    async def sign_out(self) -> None:
        await self._transport.send("POST", "/auth/sign-out")

    async def list(
        self, search: str = "", page: int = 1, page_size: int = 50
    ) -> PageView[UserView]:
        params = {"search": search, "page": page, "page_size": page_size}
        return await self._transport.ask(PageView[UserView], "GET", "/users", params=params)

    async def create(
        self, email: str, *, name: str = "", role: str = "user", password: str | None = None
    ) -> NewUserView:
        """Without a password, the answer has a link to choose one."""
        given = {"email": email, "name": name, "role": role, "password": password}
        return await self._transport.ask(NewUserView, "POST", "/users", json=given)

    async def change(self, user_id: str, **change: Any) -> UserView:
        """`name`, `role`, `disabled`: what is not given stays."""
        return await self._transport.ask(UserView, "PATCH", f"/users/{user_id}", json=change)

    async def reset(self, user_id: str) -> str:
        """A link to choose a new password."""
        path = f"/users/{user_id}/reset"
        return (await self._transport.ask(LinkMadeView, "POST", path)).link

    async def delete(self, user_id: str) -> None:
        await self._transport.send("DELETE", f"/users/{user_id}")

    async def keys(self) -> Sequence[ApiKeyView]:
        return (await self._transport.ask(ItemsView[ApiKeyView], "GET", "/api-keys")).items

    async def create_key(
        self, name: str, scopes: Sequence[str] = ("*",), expires_at: str | None = None
    ) -> NewApiKeyView:
        """Takes a session: programs make no keys."""
        given = {"name": name, "scopes": list(scopes), "expires_at": expires_at}
        return await self._transport.ask(NewApiKeyView, "POST", "/api-keys", json=given)

    async def delete_key(self, key_id: str) -> None:
        await self._transport.send("DELETE", f"/api-keys/{key_id}")

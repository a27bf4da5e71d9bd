"""The ring that counts requests: after it is known who asks, before anything of it is read."""

from __future__ import annotations

import ipaddress
import unicodedata
from contextlib import suppress
from typing import Any

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.caller import CALLER
from luban.api.rate_headers import rate_headers
from luban.api.route_classes import class_of
from luban.model.access import Caller
from luban.services.rate_limits import RateClass, RateLimits, Standing

_KIND = "luban.rate_class"
_SMALL = 64 << 10
"""Bytes within which a sign-in is looked at for whom it is about."""

_TOKEN = "token"
_NAMES = ("email", "username", _TOKEN)


class RateLimited:
    """Refuses requests of those who ask too often, and tells everybody else what is left."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path(scope)
        if scope["type"] not in ("http", "websocket") or self._limits.exempts(path):
            await self._app(scope, receive, send)
            return
        caller: Caller = scope[CALLER]
        if caller.by == "local" and not self._limits.settings.local:
            await self._app(scope, receive, send)
            return
        kind = class_of(scope.get("method", "websocket"), path)
        standing = await self._take(kind, caller, scope)
        scope[_KIND] = kind
        await self._app(scope, receive, send if standing is None else _told(send, standing))

    async def _take(self, kind: RateClass, caller: Caller, scope: Scope) -> Standing | None:
        if kind == "sign_in":
            return await self._limits.take("sign_in", address_of(caller, scope))
        if not caller.user and caller.by != "link":
            return await self._limits.take("public", address_of(caller, scope))
        return await self._limits.take(kind, who(caller))


class RefusalLimited:
    """Counts callers who could not be identified, by address: they may not try for ever."""

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            if getattr(error, "status", 0) == 401 and CALLER not in scope:
                await self._limits.take("public", address_of(Caller(), scope))
            raise


class AccountLimited:
    """Counts attempts to sign in by whom they are about.

    An account is counted for each address by itself, so that nobody keeps another out of it; the
    token of a first step, which nobody else knows, wherever it comes from. This stands where the
    body of a request is there whole, and looks into it for these.
    """

    def __init__(self, app: ASGIApp, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get(_KIND) != "sign_in" or scope.get("method") in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        first = await receive()
        for name in _accounts(first.get("body", b""), address_of(Caller(), scope)):
            await self._limits.take("account", name)
        told = False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return first

        await self._app(scope, again, send)


def who(caller: Caller) -> str:
    """As whom a known caller is counted: each key and each link for itself."""
    if caller.by in ("key", "link"):
        return f"{caller.by}:{caller.grant}"
    return f"user:{caller.user}"


def address_of(caller: Caller, scope: Scope) -> str:
    """As what a stranger is counted. Who has one IPv6 address has all of its network."""
    client = scope.get("client")
    text = caller.address or (client[0] if client else "")
    with suppress(ValueError):
        address = ipaddress.ip_address(text)
        if address.version == 6:
            mapped = address.ipv4_mapped
            text = str(mapped or ipaddress.ip_network(f"{address}/64", strict=False))
    return f"address:{text}"


def account_name(text: str) -> str:
    """An e-mail address as it is counted: ways of writing one do not make it another."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:320]


def _told(send: Send, standing: Standing) -> Send:
    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in rate_headers(standing.allowance).items():
                headers.setdefault(name, value)
        await send(message)

    return telling


def _accounts(body: bytes, address: str) -> list[str]:
    if not body or len(body) > _SMALL:
        return []
    with suppress(orjson.JSONDecodeError):
        given: Any = orjson.loads(body)
        if isinstance(given, dict):
            named = {name: given[name] for name in _NAMES if isinstance(given.get(name), str)}
            return [
                account_name(value) + ("" if name == _TOKEN else f" {address}")
                for name, value in named.items()
                if value
            ]
    return []


def _path(scope: Scope) -> str:
    return str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))

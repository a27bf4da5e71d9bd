"""Who a request is from, what it may do, and where the use cases are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from luban.model.access import LOCAL, PERMISSIONS, PUBLIC, SELF, Caller, NotPermitted
from luban.model.errors import LubanError
from luban.services.house import House

CALLER = "luban.caller"

Identify = Callable[[HTTPConnection], Awaitable[Caller]]
"""Tells who sends a request, or raises; nobody is an answer too: `Caller()`."""


class SignInNeeded(LubanError):
    """Nobody is signed in, and this needs somebody."""

    code = "sign_in_needed"
    status = 401
    en = "Sign in first, or send an API key as `Authorization: Bearer …`."
    zh = "请先登录，或以 `Authorization: Bearer …` 发送 API 密钥。"


async def local_caller(connection: HTTPConnection) -> Caller:
    """Whoever sits at the machine: everything there is theirs."""
    return Caller(LOCAL, LOCAL, frozenset(PERMISSIONS), by="local")


class Identified:
    """Asks who it is before the body is read."""

    def __init__(self, app: ASGIApp, identify: Identify = local_caller) -> None:
        self._app = app
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope[CALLER] = await self._identify(HTTPConnection(scope))
        await self._app(scope, receive, send)


def caller_of(connection: HTTPConnection) -> Caller:
    return connection.scope[CALLER]


def require(caller: Caller, permission: str) -> None:
    """Raises `SignInNeeded` and `NotPermitted`."""
    if caller.may(permission):
        return
    if not caller.user and caller.by != "link":
        raise SignInNeeded
    raise NotPermitted(permission=permission)


class _Needs:
    """A dependency that refuses callers without a permission, and tells which it is."""

    def __init__(self, permission: str) -> None:
        if permission not in PERMISSIONS and permission not in (SELF, PUBLIC):
            raise ValueError(permission)
        self.permission = permission

    async def __call__(self, request: Request) -> None:
        require(caller_of(request), self.permission)


def needs(permission: str) -> Any:
    """What a route declares in `dependencies`: exactly one, or the tests refuse the route."""
    return Depends(_Needs(permission))


def permissions_of(route: Any) -> list[str]:
    """What a route declares it needs."""
    calls = (each.call for each in route.dependant.dependencies)
    return [call.permission for call in calls if isinstance(call, _Needs)]


async def _caller(request: Request) -> Caller:
    return caller_of(request)


async def _owner(request: Request) -> str:
    return caller_of(request).team


async def _house(request: Request) -> House:
    return house_of(request)


def house_of(connection: HTTPConnection) -> House:
    return connection.app.state.house


TheCaller = Annotated[Caller, Depends(_caller)]
Owner = Annotated[str, Depends(_owner)]
"""The team whose things the request is about."""
TheHouse = Annotated[House, Depends(_house)]

"""Whose things a request is about, and where the use cases are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from luban.services.house import House

LOCAL = "local"
"""The one owner of a server without accounts."""

OWNER = "luban.owner"

Identify = Callable[[HTTPConnection], Awaitable[str]]
"""Tells the owner of a request, or raises."""


async def local_owner(connection: HTTPConnection) -> str:
    return LOCAL


class Identified:
    """Asks who it is before the body is read."""

    def __init__(self, app: ASGIApp, identify: Identify = local_owner) -> None:
        self._app = app
        self._identify = identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope[OWNER] = await self._identify(HTTPConnection(scope))
        await self._app(scope, receive, send)


async def _owner(request: Request) -> str:
    return request.scope[OWNER]


async def _house(request: Request) -> House:
    return house_of(request)


def house_of(request: Request) -> House:
    return request.app.state.house


Owner = Annotated[str, Depends(_owner)]
TheHouse = Annotated[House, Depends(_house)]

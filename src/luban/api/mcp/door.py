"""`/mcp`: the protocol over streamable HTTP, for whoever is known at the door of the API.

Host names and origins are checked by the rings around (DNS rebinding); a session belongs to whoever
began it.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from luban.api.caller import CALLER, SignInNeeded, house_of
from luban.api.mcp.serving import protocol_server
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.services.house import House

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
_IDLE = 1800.0
_MOST = 1000
"""Sessions at a time."""


class DoorClosed(LubanError):
    """The server is about to stop."""

    code = "server_stopping"
    status = 503
    retryable = True
    en = "The server is stopping. Try again in a moment."
    zh = "服务器正在停止，请稍后重试。"


Make = Callable[[House, Callable[[Any], Caller]], "Server[Any]"]
"""What serves, made over the use cases and who a request is from."""


class McpDoor:
    """An ASGI application; the library is loaded by the first who comes."""

    def __init__(self, make: Make = protocol_server) -> None:
        self._make = make
        self._opening = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._holding: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller: Caller = scope[CALLER]
        if not caller.user:
            raise SignInNeeded
        manager = await self._opened(scope)
        scope["user"] = _as_user(caller)
        await manager.handle_request(scope, receive, send)

    async def _opened(self, scope: Scope) -> StreamableHTTPSessionManager:
        async with self._opening:
            if self._holding is not None and self._holding.done():
                raise DoorClosed
            if self._manager is None:
                # The library takes a second to be loaded, which nobody else is to wait for.
                await asyncio.to_thread(
                    importlib.import_module, "mcp.server.streamable_http_manager"
                )
                self._manager = await self._begin(scope)
            return self._manager

    async def _begin(self, scope: Scope) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        request = Request(scope)
        closing: asyncio.Event = request.app.state.closing
        server = self._make(house_of(request), _caller)
        manager = StreamableHTTPSessionManager(
            server, session_idle_timeout=_IDLE, max_sessions=_MOST
        )
        ready = asyncio.Event()

        async def hold() -> None:
            async with manager.run():
                ready.set()
                await closing.wait()

        self._holding = asyncio.create_task(hold())
        await ready.wait()
        return manager


def _caller(request: Any) -> Caller:
    return cast("Request", request).scope[CALLER]


def _as_user(caller: Caller) -> Any:
    """Who the library compares with whoever began a session."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    who = f"{caller.team}/{caller.user}/{caller.by}/{caller.grant}"
    return AuthenticatedUser(AccessToken(token="", client_id=who, scopes=[]))

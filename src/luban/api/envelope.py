"""The outermost ring of a request: its id, the security headers, and the last place for errors."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from luban.api.errors import meaning_of, response_of
from luban.api.route_names import shown_path
from luban.model.errors import LubanError, show
from luban.model.ids import new_id

log = logging.getLogger(__name__)

REQUEST_ID = "luban.request_id"
_REFUSED = 1008
_REASON = 120
"""Bytes of a reason; a close frame holds 123."""
_USABLE_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)

NEVER_KEPT = "no-store, no-cache, must-revalidate, private"
API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": API_POLICY,
    "cache-control": NEVER_KEPT,
}
"""Set unless the answer has its own."""

TLS_ONLY = "max-age=31536000; includeSubDomains"
"""Only said where the request came over TLS: a machine of one's own has none."""

Header = tuple[bytes, bytes]
_ID = b"x-request-id"
_TLS = (b"strict-transport-security", TLS_ONLY.encode())
_ENCODED = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


class Envelope:
    """Wraps an application; nothing leaves it without an id and the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._open(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope[REQUEST_ID] = _request_id(scope)
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _sealed(message["headers"], request_id, scope["scheme"])
            await send(message)

        try:
            await self._app(scope, receive, sealed)
        except LubanError as error:
            if started:
                raise
            await response_of(error, request_id, path=scope["path"])(scope, receive, sealed)
        except ClientDisconnect:
            log.debug("request %s: the client went away", request_id)
        except Exception as error:
            log.exception("request %s: %s %s", request_id, scope["method"], show(shown_path(scope)))
            if not started:
                told = response_of(meaning_of(error), request_id, path=scope["path"])
                await told(scope, receive, sealed)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket that is refused is accepted first: else no client could read why."""
        scope[REQUEST_ID] = _request_id(scope)
        try:
            await self._app(scope, receive, send)
        except LubanError as error:
            log.info("websocket %s: %s", scope[REQUEST_ID], error)
            await refuse(WebSocket(scope, receive, send), error.message_zh)


async def refuse(socket: WebSocket, reason: str) -> None:
    """Closes with 1008 before anything was told."""
    await socket.accept()
    short = reason.encode()[:_REASON].decode(errors="ignore")
    await socket.close(_REFUSED, short)


def _sealed(given: Iterable[Header], request_id: str, scheme: str) -> list[Header]:
    """The headers of an answer, each as often as it was given, and ours that are missing."""
    headers = [header for header in given if header[0] != _ID]
    named = {name for name, _ in headers}
    headers += [header for header in _ENCODED if header[0] not in named]
    if scheme == "https" and _TLS[0] not in named:
        headers.append(_TLS)
    headers.append((_ID, request_id.encode()))
    return headers


def _request_id(scope: Scope) -> str:
    """The caller's own id if it may stand in a log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _USABLE_ID.fullmatch(text):
                return text
    return new_id("q")

"""The outermost ring of a request: its id, the security headers, and the last place for errors."""

from __future__ import annotations

import logging
import re

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.errors import Unexpected, response_of
from luban.model.errors import LubanError
from luban.model.ids import new_id

log = logging.getLogger(__name__)

REQUEST_ID = "luban.request_id"
_USABLE_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "content-security-policy": API_POLICY,
    "cache-control": "no-store",
}
"""Set unless the answer has its own."""


class Envelope:
    """Wraps an application; nothing leaves it without an id and the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope[REQUEST_ID] = _request_id(scope)
        started = False

        async def sealed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, sealed)
        except LubanError as error:
            if started:
                raise
            await response_of(error, request_id)(scope, receive, sealed)
        except ClientDisconnect:
            log.debug("request %s: the client went away", request_id)
        except Exception:
            log.exception("request %s: %s %s", request_id, scope["method"], scope["path"])
            if not started:
                await response_of(Unexpected(), request_id)(scope, receive, sealed)


def _request_id(scope: Scope) -> str:
    """The caller's own id if it may stand in a log, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            if _USABLE_ID.fullmatch(text):
                return text
    return new_id("q")

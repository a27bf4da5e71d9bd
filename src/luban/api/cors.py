"""Which pages of other sites may use this server from a browser: those that are listed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.model.errors import InvalidValue

_ORIGIN = re.compile(r"https?://[a-z0-9._-]+(:\d{1,5})?|https?://\[[0-9a-f:.]+\](:\d{1,5})?")

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
ASKED = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
    "X-Luban-Team, X-Request-ID"
)
EXPOSED = (
    "Content-Disposition, ETag, Idempotency-Replayed, Location, RateLimit-Limit, "
    "RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-ID"
)
_KEPT_SECONDS = "600"


class Cors:
    """Answers browsers that ask first, and lets listed pages read every answer, errors too."""

    def __init__(self, app: ASGIApp, origins: Iterable[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._origins:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        listed = origin in self._origins
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers and listed:
            await _permission(origin)(scope, receive, send)
            return

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer.add_vary_header("Origin")
                if listed:
                    answer["access-control-allow-origin"] = origin
                    answer["access-control-allow-credentials"] = "true"
                    answer["access-control-expose-headers"] = EXPOSED
            await send(message)

        await self._app(scope, receive, shared)


def origins_of(written: Iterable[str]) -> frozenset[str]:
    """The origins of LUBAN_CORS_ORIGINS. Raises `InvalidValue` for what is not exactly one."""
    found: set[str] = set()
    for text in written:
        origin = text.strip().lower().rstrip("/")
        if not _ORIGIN.fullmatch(origin):
            raise InvalidValue(
                name="LUBAN_CORS_ORIGINS",
                value=text,
                expected="it must be an exact origin such as https://app.example.org, never `*`",
                expected_zh="必须是确切的来源，例如 https://app.example.org，不能是 `*`",
            )
        found.add(origin)
    return frozenset(found)


def _permission(origin: str) -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-origin": origin,
            "access-control-allow-credentials": "true",
            "access-control-allow-methods": METHODS,
            "access-control-allow-headers": ASKED,
            "access-control-max-age": _KEPT_SECONDS,
            "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        },
    )

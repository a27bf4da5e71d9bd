"""`/metrics` for Prometheus, which shows a token of its own instead of signing in."""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from luban.api.routes.health import METRICS_TYPE
from luban.services.meters import Meters

PATH = "/metrics"


class MetricsDoor:
    """Answers who shows the token; everybody else meets the route, which needs a permission."""

    def __init__(self, app: ASGIApp, meters: Meters, token: str) -> None:
        self._app = app
        self._meters = meters
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or not self._is_shown(scope):
            await self._app(scope, receive, send)
            return
        response = Response(await self._meters.text(), media_type=METRICS_TYPE)
        await response(scope, receive, send)

    def _is_shown(self, scope: Scope) -> bool:
        kind, _, shown = Headers(scope=scope).get("authorization", "").partition(" ")
        given = shown.strip().encode()
        return (
            bool(self._token)
            and kind.lower() == "bearer"
            and hmac.compare_digest(given, self._token)
        )

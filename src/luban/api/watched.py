"""The rings that tell what is being answered: to the log, to those who count, to traces."""

from __future__ import annotations

import logging
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.caller import CALLER
from luban.api.envelope import REQUEST_ID
from luban.api.route_names import full_path, shown_path
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.asking import ASKING, Asking
from luban.ports.watching import Watcher

log = logging.getLogger("luban.access")

_QUIET = ("/health", "/metrics", "/assets/")
"""Asked so often that a line for each would drown the others."""


class Watched:
    """Around all that is done for one request; the envelope gave it its id."""

    def __init__(self, app: ASGIApp, watcher: Watcher) -> None:
        self._app = app
        self._watcher = watcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began, answered = 0, time.perf_counter(), 0.0

        async def heard(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
            await send(message)

        before = ASKING.set(Asking(scope.get(REQUEST_ID, "")))
        self._watcher.began()
        with self._watcher.span(Headers(scope=scope).get("traceparent", "")) as span:
            try:
                await self._app(scope, receive, heard)
            except LubanError as error:
                status = status or error.status
                raise
            except Exception:
                status = status or 500
                raise
            finally:
                took = time.perf_counter() - began
                method, endpoint = scope["method"], full_path(scope)
                span.tell(f"{method} {endpoint}", method=method, endpoint=endpoint, status=status)
                until = None if _is_held(scope) else (answered or began + took) - began
                self._watcher.record_request(method, endpoint, status, until)
                _tell(scope, status or 499, took)
                ASKING.reset(before)


class Known:
    """Within the ring that finds out who asks: from here on the lines of the log say so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller: Caller | None = scope.get(CALLER)
        asking = Asking(scope.get(REQUEST_ID, ""), caller.user, caller.team) if caller else None
        before = ASKING.set(asking)
        try:
            await self._app(scope, receive, send)
        finally:
            ASKING.reset(before)


def _is_held(scope: Scope) -> bool:
    """Whether the answer is held back until something happens, as it was asked to be."""
    return b"wait=" in scope["query_string"]


def _tell(scope: Scope, status: int, took: float) -> None:
    path = shown_path(scope)
    level = logging.DEBUG if status < 400 and path.startswith(_QUIET) else logging.INFO
    if log.isEnabledFor(level):
        facts = {
            "method": scope["method"],
            "path": path,
            "status": status,
            "seconds": round(took, 6),
        }
        log.log(
            level,
            "%s %s %s in %.1f ms",
            scope["method"],
            path,
            status,
            took * 1000,
            extra={"told": facts},
        )

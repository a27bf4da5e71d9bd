"""The ring that notes every request that changes something, and every one that is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.caller import CALLER
from luban.api.envelope import REQUEST_ID
from luban.api.route_names import UNCHANGING, action_of, full_path, named_in
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.ports.audit import AuditEntry, Outcome
from luban.services.auditing import Auditing

NOTES = "luban.audit"
"""What a route adds to the entry of its request."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSALS = frozenset({401, 403})
_TOO_MANY = 429
"""Not noted: who asks too often must not fill the log too."""
_NOTED_READING = frozenset(
    {"audit.export", "backup.download", "credential.connect", "session.return"}
)
_UNAWAITED = frozenset({"run.start"})
"""Asked for so often that nobody waits for the entry; the run itself tells of its start too."""
_READ_UP_TO = 256 << 10
_LONGEST = 200
_KNOWN: dict[str, set[str]] = {}
"""The fields that routes know, by the name of the route."""
_FIRST_ID = re.compile(rb'\{"(?:id|run_id|execution_id)":"([\w.:@-]{1,128})"')
_FIRST_CODE = re.compile(rb'\{"code":"([a-z_]{1,64})"')


def tell_audit(request: Request, **notes: Any) -> None:
    """Adds to the entry of a request: `user`, `team`, `resource_id`, or anything for its details.

    Never a secret, and no value that a person typed where a secret could be typed too.
    """
    request.scope.setdefault(NOTES, {}).update(notes)


class Audited:
    """What is noted is stored before the answer is sent."""

    def __init__(self, app: ASGIApp, auditing: Auditing) -> None:
        self._app = app
        self._auditing = auditing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        heard = _Heard(scope, receive, send, self._auditing)
        try:
            await self._app(scope, heard.receive, heard.send)
        except LubanError as error:
            if not heard.is_over:
                await heard.note(error.status, error.code)
            raise
        except Exception:
            if not heard.is_over:
                await heard.note(500, "internal")
            raise


class _Heard:
    """One request: what of it stands in its entry."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, auditing: Auditing) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._auditing = auditing
        self._changes = scope["method"] not in _READING
        self._body: list[bytes] = []
        self._size = 0
        self._start: Message | None = None
        self.is_over = False

    async def receive(self) -> Message:
        message = await self._receive()
        if self._changes and message["type"] == "http.request":
            piece = message.get("body", b"")
            self._size += len(piece)
            if self._size <= _READ_UP_TO:
                self._body.append(piece)
            else:
                self._body.clear()
        return message

    async def send(self, message: Message) -> None:
        """Keeps the head of the answer back until its entry is stored."""
        if self.is_over:
            await self._send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            start = self._start or {"status": 500}
            body: bytes = message.get("body", b"") if self._changes else b""
            code = _FIRST_CODE.match(body) if start["status"] >= 400 else None
            made = _FIRST_ID.match(body) if start["status"] < 400 else None
            await self.note(
                start["status"],
                code[1].decode() if code else "",
                made[1].decode() if made else "",
            )
            if self._start is not None:
                await self._send(self._start)
            await self._send(message)

    async def note(self, status: int, code: str = "", made: str = "") -> None:
        self.is_over = True
        if not self._is_noted(status):
            return
        entry = self._entry(status, code, made)
        if entry.action in _UNAWAITED:
            self._auditing.jot(entry)
        else:
            await self._auditing.note(entry)

    def _is_noted(self, status: int) -> bool:
        scope = self._scope
        if self._start is not None and _has(self._start, b"idempotency-replayed"):
            return False  # nothing was done again
        if status == _TOO_MANY or (scope.get("route") is None and status not in _REFUSALS):
            return False  # asked too often, or there is no such address
        if status == 403:
            return True
        if self._changes:
            return action_of(scope.get("route"))[0] not in UNCHANGING
        if status == 401:  # asking without any sign of who it is, is how a page finds out
            headers = Headers(scope=scope)
            return "authorization" in headers or "cookie" in headers
        return status < 400 and action_of(scope.get("route"))[0] in _NOTED_READING

    def _entry(self, status: int, code: str, made: str) -> AuditEntry:
        scope = self._scope
        route = scope.get("route")
        caller: Caller = scope.get(CALLER) or Caller()
        notes: dict[str, Any] = dict(scope.get(NOTES, {}))
        action, resource = action_of(route)
        named = named_in(scope)
        details: dict[str, Any] = {"request": f"{scope['method']} {full_path(scope)}"}
        details |= {"fields": fields} if (fields := self._fields(route)) else {}
        details |= {"code": code} if code else {}
        entry = {
            "at": time.time(),
            "user": notes.pop("user", caller.user),
            "team": notes.pop("team", caller.team),
            "by": caller.by,
            "grant": caller.grant,
            "action": notes.pop("action", action) or "request.refuse",
            "resource": resource,
            "resource_id": notes.pop("resource_id", None) or made or _last(named),
            "outcome": notes.pop("outcome", None) or _outcome(status),
            "status": status,
            "address": caller.address or _address(scope),
            "agent": (caller.agent or Headers(scope=scope).get("user-agent", ""))[:_LONGEST],
            "request_id": scope.get(REQUEST_ID, ""),
        }
        return AuditEntry(**entry, details=details | {"named": named} | notes)

    def _fields(self, route: Any) -> list[str]:
        """Which of the fields that the route knows the request gave; never what they hold."""
        if not self._body or route is None or not hasattr(route, "dependant"):
            return []
        known = _KNOWN.get(route.name)
        if known is None:
            known = _KNOWN[route.name] = _known(route)
        try:
            given = orjson.loads(b"".join(self._body))
        except orjson.JSONDecodeError:
            return []
        return sorted(known & given.keys()) if isinstance(given, dict) else []


def _known(route: Any) -> set[str]:
    known: set[str] = set()
    for parameter in route.dependant.body_params:
        known |= _names(parameter.field_info.annotation) or {parameter.alias}
    return known


def _names(kind: Any) -> set[str]:
    """The fields of a body's model, also of one that may be left out."""
    for each in (kind, *getattr(kind, "__args__", ())):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return {field.alias or name for name, field in each.model_fields.items()}
    return set()


def _outcome(status: int) -> Outcome:
    if status < 400:
        return "done"
    return "refused" if status in _REFUSALS else "failed"


def _last(named: Mapping[str, str]) -> str:
    return list(named.values())[-1] if named else ""


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _has(message: Message, name: bytes) -> bool:
    return any(header == name for header, _ in message["headers"])

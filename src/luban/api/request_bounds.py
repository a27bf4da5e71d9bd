"""How long a request may take and how its head and its JSON may look."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.errors import BadRequest, Refused
from luban.api.route_classes import class_of
from luban.model.errors import LubanError

TIMEOUT = 120.0
"""Seconds; a request that waits for a run asks for less."""

URL_LIMIT = 8 << 10
HEADER_LIMIT = 32 << 10
MOST_HEADERS = 100
DEPTH = 200
"""Levels of a JSON body; an agent of bodies in bodies has a dozen."""

_SILENCE = 30.0
"""Seconds that a client may pause while it sends."""


class AddressTooLong(LubanError):
    """The address of a request has more characters than it may."""

    code = "uri_too_long"
    status = 414
    en = "The address is longer than {limit} bytes. Send what is long in the body."
    zh = "地址超过了 {limit} 字节。请将较长的内容放入请求体。"


class HeadersTooLarge(LubanError):
    """A request has more, or larger, headers than it may."""

    code = "headers_too_large"
    status = 431
    en = "The headers are more than {count}, or larger than {limit} bytes. Send fewer of them."
    zh = "请求头超过 {count} 个，或大于 {limit} 字节。请减少请求头。"


class BodyTooSlow(LubanError):
    """The client stopped sending in the middle of a request."""

    code = "request_too_slow"
    status = 408
    en = "The request did not arrive in full within {seconds} s. Send it again."
    zh = "请求未能在 {seconds} 秒内完整送达。请重新发送。"


class AnswerTooSlow(LubanError):
    """Answering takes longer than it may."""

    code = "answer_too_slow"
    status = 504
    retryable = True
    en = (
        "There was no answer within {seconds} s. Ask for less at a time, or raise "
        "LUBAN_REQUEST_TIMEOUT."
    )
    zh = "{seconds} 秒内没有得到应答。请减少单次请求的内容，或调高 LUBAN_REQUEST_TIMEOUT。"


class HeadBounds:
    """Refuses addresses and headers beyond what anybody needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > URL_LIMIT:
                raise AddressTooLong(limit=URL_LIMIT)
            sizes = [len(name) + len(value) for name, value in scope["headers"]]
            if len(sizes) > MOST_HEADERS or sum(sizes) > HEADER_LIMIT:
                raise HeadersTooLarge(count=MOST_HEADERS, limit=HEADER_LIMIT)
        await self._app(scope, receive, send)


class TimeBounds:
    """Ends requests that take too long; what streams is bounded by its silence only.

    An answer that has begun is not broken off: it is read as fast as its reader likes.
    """

    def __init__(self, app: ASGIApp, seconds: float = TIMEOUT, silence: float = _SILENCE) -> None:
        self._app = app
        self._seconds = seconds
        self._silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        patient = _Patient(receive, send, min(self._silence, self._seconds))
        if class_of(scope["method"], scope["path"]) == "stream" or _is_upload(scope):
            await self._app(scope, patient.receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds) as patient.limit:
                await self._app(scope, patient.receive, patient.send)
        except TimeoutError:
            if patient.limit is None or not patient.limit.expired():
                raise
            seconds = round(self._seconds, 3)
            raise (
                BodyTooSlow(seconds=seconds)
                if patient.is_waiting
                else AnswerTooSlow(seconds=seconds)
            ) from None


class _Patient:
    """One request: what has arrived of it, and whether its answer has begun."""

    def __init__(self, receive: Receive, send: Send, silence: float) -> None:
        self._receive = receive
        self._send = send
        self._silence = silence
        self.is_waiting = False
        """Whether the body is asked for and does not come."""
        self._has_all = False
        self.limit: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        if self._has_all:
            return await self._receive()
        self.is_waiting = True
        quiet = asyncio.timeout(self._silence)
        try:
            async with quiet:
                message = await self._receive()
        except TimeoutError:
            if not quiet.expired():
                raise
            raise BodyTooSlow(seconds=round(self._silence, 3)) from None
        self.is_waiting = False
        self._has_all = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self.limit is not None and not self.limit.expired():
            self.limit.reschedule(None)
        await self._send(message)


class JsonBounds:
    """Refuses JSON that not every reader reads alike: `NaN`, half characters, endless depth."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        if not _is_json(Headers(scope=scope).get("content-type", "")):
            await self._app(scope, receive, send)
            return
        first = await receive()
        _require_plain(first.get("body", b""))
        told = False

        async def again() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return first

        await self._app(scope, again, send)


def _require_plain(body: bytes) -> None:
    if not body.strip():
        return
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        cause = str(error)
        raise BadRequest(
            [
                {
                    "path": "body",
                    "message": f"The body is not JSON: {cause}.",
                    "message_zh": f"请求体不是有效的 JSON：{cause}。",
                }
            ]
        ) from error
    if body.count(b"[") + body.count(b"{") > DEPTH and _is_deep(value):
        raise Refused(cause=f"the JSON has more than {DEPTH} levels")


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEPTH):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        inner = list(cast("dict[str, object]", value).values())
    elif isinstance(value, list):
        inner = cast("list[object]", value)
    else:
        return []
    return [each for each in inner if isinstance(each, (dict, list))]


def _is_json(content_type: str) -> bool:
    """Anything that a route would read as JSON, which is also what has no type at all."""
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or kind == "application/json" or kind.endswith("+json")


def _is_upload(scope: Any) -> bool:
    return Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")

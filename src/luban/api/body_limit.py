"""How large a request may be: known before anything of it is kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.errors import Refused
from luban.model.errors import LubanError

JSON_LIMIT = 16 << 20
"""Bytes of a JSON body; an agent of 10,000 nodes has about 3 MB."""
_FORM_OVERHEAD = 64 << 10
_DRAINED = 512 << 20
_DRAIN_SECONDS = 20.0


class BodyTooLarge(LubanError):
    """A request has more bytes than it may."""

    code = "payload_too_large"
    status = 413
    en = "The request is too large: {limit} bytes are allowed here. {way_out}"
    zh = "请求过大：此处最多允许 {limit} 字节。{way_out_zh}"


class BodyLimit:
    """Reads JSON bodies whole, up to a limit; counts the bytes of forms as they stream by."""

    def __init__(self, app: ASGIApp, *, file_limit: int, json_limit: int = JSON_LIMIT) -> None:
        self._app = app
        self._file_limit = file_limit
        self._json_limit = json_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").startswith("multipart/form-data")
        limit = self._file_limit + _FORM_OVERHEAD if is_form else self._json_limit
        if _announced(headers) > limit:
            if headers.get("expect", "").lower() != "100-continue":
                await _drain(receive)
            raise self._too_large(is_form)
        if is_form:
            form = _Form(receive, send)
            await self._app(scope, self._counted(form.receive, limit), form.send)
        else:
            await self._app(scope, await self._whole(receive, limit), send)

    def _too_large(self, is_form: bool) -> BodyTooLarge:
        if is_form:
            return BodyTooLarge(
                limit=self._file_limit,
                way_out="Give a smaller file, or raise the limit with LUBAN_UPLOAD_LIMIT.",
                way_out_zh="请换用较小的文件，或用 LUBAN_UPLOAD_LIMIT 提高限制。",
            )
        return BodyTooLarge(
            limit=self._json_limit,
            way_out="Upload large values as files and pass their references.",
            way_out_zh="请将较大的值作为文件上传，并传递文件引用。",
        )

    def _counted(self, receive: Receive, limit: int) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                await _drain(receive)
                raise self._too_large(is_form=True)
            return message

        return counted

    async def _whole(self, receive: Receive, limit: int) -> Receive:
        """The whole body as one message, then whatever follows it."""
        pieces: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            more = message.get("more_body", False)
            if size > limit:
                if more:
                    await _drain(receive)
                raise self._too_large(is_form=False)
        told = False

        async def replay() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": b"".join(pieces), "more_body": False}

        return replay


class _Form:
    """A form under way: a refusal waits until the client has sent the rest, to be read at all."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_whole = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        is_refusal = message["type"] == "http.response.start" and message["status"] >= 400
        if is_refusal and not self._is_whole:
            await _drain(self.receive)
        await self._send(message)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length")
    if length is None:
        return 0
    if not length.isascii() or not length.isdigit():
        raise Refused(cause="the header Content-Length is not a number")
    return int(length)


async def _drain(receive: Receive) -> None:
    """Lets the client finish sending, within reason: one that is cut off never reads why."""
    drained = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while drained < _DRAINED:
                message = await receive()
                drained += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body", False):
                    return

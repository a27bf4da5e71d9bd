"""The header `Idempotency-Key`: a repeated POST gets the first one's answer and does nothing."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.errors import Refused
from luban.api.owner import OWNER
from luban.services.replies import Replies, Reply

KEY = "luban.idempotency_key"
_LONGEST = 255
_KEPT = 1 << 20
"""Answers with more bytes are not kept; none of ours has."""


class Idempotency:
    """Answers again what was answered before; errors of ours (5xx) may be tried again."""

    def __init__(self, app: ASGIApp, replies: Replies) -> None:
        self._app = app
        self._replies = replies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if _is_post(scope) else None
        if key is None:
            await self._app(scope, receive, send)
            return
        if not 0 < len(key) <= _LONGEST or not key.isprintable():
            raise Refused(cause="the header Idempotency-Key must have 1 to 255 characters")
        owner = scope[OWNER]
        async with self._replies.turn(owner, key):
            fingerprint, receive = await _fingerprint(scope, receive)
            reply = await self._replies.find(owner, key, fingerprint)
            if reply is not None:
                await _repeated(reply)(scope, receive, send)
                return
            scope[KEY] = key
            heard = _Heard(send)
            await self._app(scope, receive, heard)
            if heard.status < 500 and len(heard.body) <= _KEPT:
                reply = Reply(heard.status, bytes(heard.body))
                await self._replies.save(owner, key, fingerprint, reply)


class _Heard:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and len(self.body) <= _KEPT:
            self.body += message.get("body", b"")
        await self._send(message)


def _is_post(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "POST"


async def _fingerprint(scope: Scope, receive: Receive) -> tuple[str, Receive]:
    """What makes two requests the same: address and body; of uploads, which stream, the length."""
    headers = Headers(scope=scope)
    digest = hashlib.sha256(scope["path"].encode() + b"?" + scope["query_string"])
    if headers.get("content-type", "").startswith("multipart/"):
        digest.update(headers.get("content-length", "").encode())
        return digest.hexdigest(), receive
    first = await receive()  # the whole body: `BodyLimit` saw to that
    digest.update(first.get("body", b""))
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return first

    return digest.hexdigest(), again


def _repeated(reply: Reply) -> Response:
    return Response(
        reply.body,
        status_code=reply.status,
        headers={"idempotency-replayed": "true"},
        media_type="application/json" if reply.body else None,
    )

"""The header `Idempotency-Key`: a repeated POST gets the first one's answer and does nothing."""

from __future__ import annotations

import hashlib
import logging
import re

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.api.caller import CALLER
from luban.api.errors import TOO_MANY, Refused, response_of
from luban.model.access import Caller
from luban.model.errors import LubanError
from luban.services.replies import Replies, Reply

log = logging.getLogger(__name__)

KEY = "luban.idempotency_key"
NOT_KEPT = re.compile(
    r"/api/v1/((auth|me|api-keys|users|links|tickets|webhooks|credentials)(/|$)"
    r"|teams/[^/]+/invitations|providers/[^/]+/app$)"
)
"""What takes passwords, or answers with what is told only once: it is simply done again."""
_LONGEST = 255
_KEPT = 1 << 20
"""Answers with more bytes are not kept; none of ours has."""


class Idempotency:
    """Answers again what was answered before; what failed for now may be tried again."""

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
        if NOT_KEPT.match(scope["path"]):  # neither secrets nor digests of passwords are kept
            await self._app(scope, receive, send)
            return
        caller: Caller = scope[CALLER]
        if not caller.team:  # visitors have nothing of their own, and must not share answers
            scope[KEY] = key
            await self._app(scope, receive, send)
            return
        # Whoever else is in the team has keys of their own.
        owner = caller.team if caller.user == caller.team else f"{caller.team}/{caller.user}"
        async with self._replies.turn(owner, key):
            fingerprint, receive = await _fingerprint(scope, receive)
            reply = await self._replies.find(owner, key, fingerprint)
            if reply is not None:
                await _repeated(reply)(scope, receive, send)
                return
            scope[KEY] = key
            heard = _Heard(send)
            try:
                await self._app(scope, receive, heard)
            except LubanError as error:
                if heard.has_begun:
                    raise
                told = response_of(error, str(scope.get("luban.request_id", "")))
                await told(scope, receive, heard)
            if _is_final(heard.status) and heard.is_json and len(heard.body) <= _KEPT:
                await self._save(owner, key, fingerprint, Reply(heard.status, bytes(heard.body)))

    async def _save(self, owner: str, key: str, fingerprint: str, reply: Reply) -> None:
        """The answer is out by now: that it cannot be kept is no reason to break the connection."""
        try:
            await self._replies.save(owner, key, fingerprint, reply)
        except LubanError as error:
            log.warning("an answer cannot be given again: %s", error)


class _Heard:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.has_begun = False
        self.is_json = True
        """What is not is only made of what is stored, and is made again."""
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            self.status = message["status"]
            kind = Headers(raw=message["headers"]).get("content-type", "application/json")
            self.is_json = kind.startswith("application/json")
        elif message["type"] == "http.response.body" and len(self.body) <= _KEPT:
            self.body += message.get("body", b"")
        await self._send(message)


def _is_final(status: int) -> bool:
    """Whether asking again must give the same: not after a defect, nor after "come back later"."""
    return status < 500 and status != TOO_MANY


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

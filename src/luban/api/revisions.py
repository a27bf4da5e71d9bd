"""What of an answer changed: `ETag` on reads, 304 for who has it already, `If-Match` on edits."""

from __future__ import annotations

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from luban.model.errors import InvalidValue, LubanError

_EDITS = frozenset({"PUT", "PATCH", "DELETE"})
_REVISION = re.compile(r'(?:W/)?"?(\d{1,18})(?:-h[0-9a-f]{16})?"?', re.ASCII)
_TAG = re.compile(r'(?:W/)?"[^"]*"')
_GONE_OF_304 = ("content-length", "content-type")


class Changed(LubanError):
    """Somebody changed a thing since the caller read it."""

    code = "conflict"
    status = 409
    en = "This was changed meanwhile: it is at {found}, you sent {sent}. Read it again first."
    zh = "内容已被别处修改：当前为 {found}，你提交的是 {sent}。请先重新读取。"


class Revisions:
    """Gives every JSON answer to a read a tag made of its bytes, and compares what clients send.

    A route with a revision of its own puts that into the tag (`"3-h…"`) and compares it within
    the change itself. For every other edit the thing is read once more first; between that read
    and the change lies a moment in which somebody else may still be first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
        elif scope["method"] == "GET":
            wanted = Headers(scope=scope).get("if-none-match", "")
            await self._app(scope, receive, _Tagged(send, wanted))
        else:
            await self._compare(scope)
            await self._app(scope, receive, send)

    async def _compare(self, scope: Scope) -> None:
        sent = Headers(scope=scope).get("if-match", "").strip()
        if scope["method"] not in _EDITS or not sent or sent == "*":
            return
        revision = _REVISION.fullmatch(sent)
        if revision is not None and scope["method"] == "PATCH":
            return  # the route compares it
        if revision is None and not _TAG.findall(sent):
            revision_of(sent)  # which tells what it should be
        found = await self._tag_of(scope)
        if not found or found in _TAG.findall(sent):
            return
        if revision is None or not found.startswith(f'"{revision[1]}-'):
            raise Changed(found=found, sent=sent)

    async def _tag_of(self, scope: Scope) -> str:
        """The tag that reading this address gives now; empty where nothing can be read."""
        kept = [
            (name, value)
            for name, value in scope["headers"]
            if name not in (b"if-match", b"content-length", b"content-type", b"transfer-encoding")
        ]
        tag = ""

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def heard(message: Message) -> None:
            nonlocal tag
            if message["type"] == "http.response.start" and message["status"] == 200:
                tag = Headers(raw=message["headers"]).get("etag", "")

        reading = {**scope, "method": "GET", "headers": kept, "query_string": b""}
        await self._app(reading, nothing, _Tagged(heard, ""))
        return tag


class _Tagged:
    """Passes an answer on with its tag, or only the tag if the client has the rest."""

    def __init__(self, send: Send, wanted: str) -> None:
        self._send = send
        self._wanted = wanted
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_tagged(message):
            self._start = message
            return
        start, self._start = self._start, None
        if start is None:
            await self._send(message)
            return
        if message.get("more_body", False):  # it streams: its tag would be known too late
            await self._send(start)
            await self._send(message)
            return
        tag = _tag(start, message.get("body", b""))
        headers = MutableHeaders(scope=start)
        headers["etag"] = tag
        if self._has(tag):
            for name in _GONE_OF_304:
                del headers[name]
            await self._send({**start, "status": 304, "headers": headers.raw})
            await self._send({"type": "http.response.body", "body": b""})
            return
        await self._send(start)
        await self._send(message)

    def _has(self, tag: str) -> bool:
        if self._wanted.strip() == "*":
            return True
        return tag in [each.removeprefix("W/") for each in _TAG.findall(self._wanted)]


def revision_of(if_match: str | None) -> int | None:
    """The revision that a change was made to, if the client says. Raises `InvalidValue`."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = _REVISION.fullmatch(if_match.strip())
    if found is None:
        raise InvalidValue(
            name="If-Match",
            value=if_match,
            expected='it must be a revision such as "3"',
            expected_zh='必须是修订号，例如 "3"',
        )
    return int(found[1])


def _is_tagged(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == 200 and kind.startswith("application/json")


def _tag(start: Message, body: bytes) -> str:
    own = Headers(raw=start["headers"]).get("etag", "").removeprefix("W/").strip('"')
    bytes_of_it = hashlib.blake2b(body, digest_size=8).hexdigest()
    return f'"{own}-h{bytes_of_it}"' if own else f'"h{bytes_of_it}"'

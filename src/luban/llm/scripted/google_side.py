"""Gemini's generateContent as a server speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from luban.llm.scripted.asked import Asked
from luban.llm.scripted.script import Reply
from luban.llm.scripted.wire import Frame, event, failure, piece, streamed, whole

_FINISHES = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def refused(reply: Reply) -> Response:
    message = reply.error or f"scripted {reply.status}"
    return failure(
        reply, {"error": {"code": reply.status, "message": message, "status": "SCRIPTED"}}
    )


def content(reply: Reply, asked: Asked) -> Response:
    if asked.stream:
        return streamed(reply, _frames(reply, asked))
    parts = [*_thoughts(reply), *([{"text": reply.whole}] if reply.whole else []), *_calls(reply)]
    return whole(reply, _told(reply, asked, parts, last=True))


def _frames(reply: Reply, asked: Asked) -> Iterator[Frame]:
    for part in _thoughts(reply):
        yield piece(_told(reply, asked, [part]))
    for text in reply.in_pieces():
        yield piece(_told(reply, asked, [{"text": text}]))
    for call in _calls(reply):
        yield piece(_told(reply, asked, [call]))
    yield Frame(event(_told(reply, asked, [], last=True)))


def _thoughts(reply: Reply) -> list[dict[str, Any]]:
    return [{"text": reply.reasoning, "thought": True}] if reply.reasoning else []


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {"functionCall": {"id": name, "name": call.name, "args": call.arguments}}
        for name, call in reply.named_calls()
    ]


def _told(
    reply: Reply, asked: Asked, parts: list[dict[str, Any]], *, last: bool = False
) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    told: dict[str, Any] = {"modelVersion": asked.model, "responseId": "scripted-1"}
    if last:
        taken, given = reply.counted(asked)
        candidate["finishReason"] = _FINISHES.get(reply.finish or "stop", "STOP")
        told["usageMetadata"] = {
            "promptTokenCount": taken,
            "candidatesTokenCount": given,
            "totalTokenCount": taken + given,
        }
    return {"candidates": [candidate], **told}

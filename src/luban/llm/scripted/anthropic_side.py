"""Anthropic's messages as a server speaks them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from luban.llm.scripted.asked import Asked
from luban.llm.scripted.script import Reply
from luban.llm.scripted.wire import Frame, event, failure, piece, streamed, whole

_FINISHES = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def refused(reply: Reply) -> Response:
    error = {"type": "scripted_error", "message": reply.error or f"scripted {reply.status}"}
    return failure(reply, {"type": "error", "error": error})


def messages(reply: Reply, asked: Asked) -> Response:
    if asked.stream:
        return streamed(reply, _frames(reply, asked))
    told = _message(reply, asked)
    return whole(reply, {**told, "content": _content(reply), "stop_reason": _finish(reply)})


def _frames(reply: Reply, asked: Asked) -> Iterator[Frame]:
    start = _message(reply, asked)
    yield Frame(event({"type": "message_start", "message": start}, "message_start"))
    if reply.empty_parts:
        yield Frame(event({"type": "ping"}, "ping"))
    for index, block in enumerate(_content(reply)):
        yield Frame(_said("content_block_start", index, content_block=_empty(block)))
        for delta in _deltas(reply, block):
            told = {"type": "content_block_delta", "index": index, "delta": delta}
            yield piece(told, "content_block_delta")
        yield Frame(_said("content_block_stop", index))
    _, given = reply.counted(asked)
    end = {"stop_reason": _finish(reply), "stop_sequence": None}
    told = {"type": "message_delta", "delta": end, "usage": {"output_tokens": given}}
    yield Frame(event(told, "message_delta"))
    yield Frame(event({"type": "message_stop"}, "message_stop"))


def _said(kind: str, index: int, **more: Any) -> bytes:
    return event({"type": kind, "index": index, **more}, kind)


def _content(reply: Reply) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    if reply.reasoning:
        content.append({"type": "thinking", "thinking": reply.reasoning, "signature": "sealed"})
    if reply.whole:
        content.append({"type": "text", "text": reply.whole})
    for name, call in reply.named_calls():
        content.append({"type": "tool_use", "id": name, "name": call.name, "input": call.arguments})
    return content


def _empty(block: dict[str, Any]) -> dict[str, Any]:
    match block["type"]:
        case "text":
            return {**block, "text": ""}
        case "thinking":
            return {**block, "thinking": "", "signature": ""}
        case _:
            return {**block, "input": {}}


def _deltas(reply: Reply, block: dict[str, Any]) -> list[dict[str, Any]]:
    match block["type"]:
        case "text":
            return [{"type": "text_delta", "text": text} for text in reply.in_pieces()]
        case "thinking":
            return [
                {"type": "thinking_delta", "thinking": block["thinking"]},
                {"type": "signature_delta", "signature": block["signature"]},
            ]
        case _:
            call = next(call for name, call in reply.named_calls() if name == block["id"])
            return [{"type": "input_json_delta", "partial_json": part} for part in call.in_pieces()]


def _message(reply: Reply, asked: Asked) -> dict[str, Any]:
    taken, given = reply.counted(asked)
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": taken, "output_tokens": given},
    }


def _finish(reply: Reply) -> str:
    return "tool_use" if reply.calls else _FINISHES.get(reply.finish or "stop", "end_turn")

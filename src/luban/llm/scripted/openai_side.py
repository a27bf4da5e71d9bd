"""The OpenAI wires as a server speaks them: chat, responses, completions, embeddings, images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from luban.llm.scripted.asked import Asked
from luban.llm.scripted.script import Reply
from luban.llm.scripted.wire import Frame, event, failure, piece, streamed, whole

_DOT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
    "DwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A picture of one transparent dot."""
_DONE = Frame(b"data: [DONE]\n\n")
_SIZE = 8


def refused(reply: Reply) -> Response:
    error = {"message": reply.error or f"scripted {reply.status}", "type": "scripted"}
    return failure(reply, {"error": error})


def models(installed: Sequence[str]) -> Response:
    data = [{"id": each, "object": "model"} for each in installed or ["scripted"]]
    return JSONResponse({"object": "list", "data": data})


def chat(reply: Reply, asked: Asked, body: Mapping[str, Any]) -> Response:
    if asked.stream:
        return streamed(reply, _chat_frames(reply, asked, body))
    message: dict[str, Any] = {"role": "assistant", "content": reply.whole or None}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.calls:
        message["tool_calls"] = [_call(name, call) for name, call in _calls(reply)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
    told = _frame(asked, "chat.completion", [choice])
    if not reply.hide_usage:
        told["usage"] = _usage(reply, asked)
    return whole(reply, told)


def _chat_frames(reply: Reply, asked: Asked, body: Mapping[str, Any]) -> Iterator[Frame]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _frame(asked, "chat.completion.chunk", [choice])

    yield Frame(event(chunk({"role": "assistant", "content": ""})))
    if reply.empty_parts:
        yield Frame(b": a comment\n\n")
        yield Frame(event(chunk({"content": ""})))
        yield Frame(event(chunk({"content": None})))
        yield Frame(event(_frame(asked, "chat.completion.chunk", [])))
    if reply.reasoning:
        yield piece(chunk({"reasoning_content": reply.reasoning}))
    for text in reply.in_pieces():
        yield piece(chunk({"content": text}))
    for index, (name, call) in enumerate(_calls(reply)):
        first, *rest = call.in_pieces()
        start = {"index": index, **_call(name, call, first)}
        yield piece(chunk({"tool_calls": [start]}))
        for part in rest:
            more = {"index": index, "function": {"arguments": part}}
            yield piece(chunk({"tool_calls": [more]}))
    if reply.empty_parts and reply.calls:  # as vLLM ends a call
        blank = {"index": 0, "id": "", "function": {"name": "", "arguments": ""}}
        yield Frame(event(chunk({"tool_calls": [blank]})))
    if reply.finish is not None:
        yield Frame(event(chunk({}, _finish(reply))))
    if not reply.hide_usage and (body.get("stream_options") or {}).get("include_usage"):
        last = _frame(asked, "chat.completion.chunk", [])
        yield Frame(event({**last, "usage": _usage(reply, asked)}))
    yield _DONE


def completion(reply: Reply, asked: Asked) -> Response:
    def told(text: str, finish: str | None) -> dict[str, Any]:
        choice = {"index": 0, "text": text, "finish_reason": finish, "logprobs": None}
        return _frame(asked, "text_completion", [choice])

    if not asked.stream:
        return whole(reply, {**told(reply.whole, reply.finish), "usage": _usage(reply, asked)})
    frames = [piece(told(text, None)) for text in reply.in_pieces()]
    end = {**told("", reply.finish), "usage": _usage(reply, asked)}
    return streamed(reply, [*frames, Frame(event(end)), _DONE])


def embeddings(reply: Reply, asked: Asked) -> Response:
    vectors = reply.vectors or [_vector(turn.content) for turn in asked.turns]
    data = [
        {"object": "embedding", "index": index, "embedding": list(vector)}
        for index, vector in enumerate(vectors)
    ]
    taken, _ = reply.counted(asked)
    usage = {"prompt_tokens": taken, "total_tokens": taken}
    return whole(reply, {"object": "list", "model": asked.model, "data": data, "usage": usage})


def images(reply: Reply, asked: Asked, body: Mapping[str, Any]) -> Response:
    pictures = reply.images or (_DOT,) * int(body.get("n") or 1)
    data = [{"b64_json": picture, "revised_prompt": asked.last} for picture in pictures]
    return whole(reply, {"created": 0, "data": data})


def responses(reply: Reply, asked: Asked) -> Response:
    items = _items(reply)
    told = _response(reply, asked, items, "completed")
    if not asked.stream:
        return whole(reply, told)
    return streamed(reply, _response_frames(reply, asked, items, told))


def _response_frames(
    reply: Reply, asked: Asked, items: list[dict[str, Any]], told: dict[str, Any]
) -> Iterator[Frame]:
    number = -1

    def say(kind: str, **more: Any) -> bytes:
        nonlocal number
        number += 1
        return event({"type": kind, "sequence_number": number, **more}, kind)

    yield Frame(say("response.created", response=_response(reply, asked, [], "in_progress")))
    for index, item in enumerate(items):
        begun = {**item, "status": "in_progress"}
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            part = {**place, "content_index": 0}
            yield Frame(
                say("response.output_item.added", output_index=index, item={**begun, "content": []})
            )
            empty = {"type": "output_text", "text": "", "annotations": []}
            yield Frame(say("response.content_part.added", **part, part=empty))
            for text in reply.in_pieces():
                data = say("response.output_text.delta", **part, delta=text, logprobs=[])
                yield Frame(data, counts=True)
            yield Frame(say("response.output_text.done", **part, text=reply.whole, logprobs=[]))
        else:
            yield Frame(
                say(
                    "response.output_item.added",
                    output_index=index,
                    item={**begun, "arguments": ""},
                )
            )
            sent = item["arguments"]
            yield Frame(
                say("response.function_call_arguments.delta", **place, delta=sent), counts=True
            )
            yield Frame(say("response.function_call_arguments.done", **place, arguments=sent))
        yield Frame(say("response.output_item.done", output_index=index, item=item))
    yield Frame(say("response.completed", response=told))


def _items(reply: Reply) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if reply.whole or not reply.calls:
        text = {"type": "output_text", "text": reply.whole, "annotations": []}
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
        items.append({**message, "content": [text]})
    for name, call in _calls(reply):
        items.append(
            {
                "type": "function_call",
                "id": f"fc_{name}",
                "call_id": name,
                "name": call.name,
                "arguments": call.sent,
                "status": "completed",
            }
        )
    return items


def _response(
    reply: Reply, asked: Asked, items: list[dict[str, Any]], status: str
) -> dict[str, Any]:
    taken, given = reply.counted(asked)
    usage = {
        "input_tokens": taken,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": given,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": taken + given,
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": asked.model,
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": None if status != "completed" else usage,
    }


def _calls(reply: Reply) -> list[tuple[str, Any]]:
    return [(name, call) for name, call in reply.named_calls()]


def _call(name: str, call: Any, arguments: str | None = None) -> dict[str, Any]:
    sent = call.sent if arguments is None else arguments
    return {"id": name, "type": "function", "function": {"name": call.name, "arguments": sent}}


def _finish(reply: Reply) -> str | None:
    return "tool_calls" if reply.calls and reply.finish == "stop" else reply.finish


def _usage(reply: Reply, asked: Asked) -> dict[str, int]:
    taken, given = reply.counted(asked)
    return {"prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given}


def _frame(asked: Asked, kind: str, choices: list[Any]) -> dict[str, Any]:
    model = asked.model or "scripted"
    return {"id": "scripted-1", "object": kind, "created": 0, "model": model, "choices": choices}


def _vector(text: str) -> list[float]:
    """Counts of letters: equal texts have equal vectors, similar ones similar."""
    counts = [0.0] * _SIZE
    for letter in text:
        counts[ord(letter) % _SIZE] += 1.0
    return counts

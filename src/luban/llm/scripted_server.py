"""A model server that follows a script: the OpenAI chat wire over real HTTP, for tests and trials.

`python -m luban.llm.scripted_server --port 8180 --script replies.json`, then
`OPENAI_BASE_URL=http://127.0.0.1:8180/v1`. Without a script it answers as the demo model does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from luban.llm.demo.demo_model import answer as demo_answer
from luban.llm.script import Reply, Script
from luban.sdk.chat import ChatMessage


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Cut(Exception):
    """The connection is to be dropped here."""


@dataclass
class ScriptedModel:
    """The application: answers by its script and keeps what it was asked."""

    script: Script | None = None
    requests: list[Recorded] = field(default_factory=list)
    base_url: str = ""

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

    async def _models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    async def _chat(self, request: Request) -> Response:
        body: dict[str, Any] = await request.json()
        self.requests.append(Recorded(request.url.path, dict(request.headers), body))
        reply = self._reply(body)
        await asyncio.sleep(reply.delay)
        if reply.status != 200:
            return _failure(reply)
        pieces = _stream(reply, body) if body.get("stream") else _body(reply, body)
        media = "text/event-stream" if body.get("stream") else "application/json"
        return StreamingResponse(pieces, media_type=media)

    def _reply(self, body: dict[str, Any]) -> Reply:
        if self.script is not None:
            return self.script.reply_to(body)
        turns = [
            ChatMessage(message["role"], str(message.get("content") or ""))
            for message in body["messages"]
            if message["role"] in ("system", "user", "assistant")
        ]
        wants_json = body.get("response_format", {}).get("type") == "json_object"
        return Reply(text=demo_answer(turns, json=wants_json))


@asynccontextmanager
async def scripted_server(
    replies: Iterable[Reply] | None = None, port: int = 0
) -> AsyncIterator[ScriptedModel]:
    """Listens on the loopback address while the block runs; `base_url` is where."""
    model = ScriptedModel(None if replies is None else Script(replies))
    listener = socket.create_server(("127.0.0.1", port))
    model.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    server = _Server(
        uvicorn.Config(
            model.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await server.ready.wait()
        yield model
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
        listener.close()


class _Server(uvicorn.Server):
    """Says when it listens, and leaves the process's signals to whoever runs it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _failure(reply: Reply) -> Response:
    headers = {} if reply.retry_after is None else {"retry-after": f"{reply.retry_after:g}"}
    error = {"message": reply.error or f"scripted {reply.status}", "type": "scripted"}
    return JSONResponse({"error": error}, reply.status, headers)


async def _body(reply: Reply, body: dict[str, Any]) -> AsyncIterator[bytes]:
    if reply.stall_after is not None:
        await asyncio.Event().wait()
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": reply.whole},
        "finish_reason": reply.finish,
    }
    whole = _frame(body, "chat.completion", [choice])
    if not reply.hide_usage:
        whole["usage"] = reply.counted(body["messages"])
    text = json.dumps(whole).encode()
    half = text[: len(text) // 2]
    if reply.malformed_after is not None:
        yield half
        return
    if reply.cut_after is not None:
        yield half
        raise Cut
    yield text


async def _stream(reply: Reply, body: dict[str, Any]) -> AsyncIterator[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event(_frame(body, "chat.completion.chunk", [choice]))

    yield chunk({"role": "assistant", "content": ""})
    if reply.empty_parts:
        yield b": a comment\n\n"
        yield chunk({"content": ""})
        yield chunk({"content": None})
        yield _event(_frame(body, "chat.completion.chunk", []))
    for number, piece in enumerate((*reply.in_pieces(), "")):
        if number == reply.malformed_after:
            yield b'data: {"choices": [{"delta": {"con\n\n'
        if number == reply.cut_after:
            raise Cut
        if number == reply.stall_after:
            await asyncio.Event().wait()
        if piece:
            yield chunk({"content": piece})
    if reply.finish is not None:
        yield chunk({}, reply.finish)
    if not reply.hide_usage and body.get("stream_options", {}).get("include_usage"):
        frame = _frame(body, "chat.completion.chunk", [])
        yield _event({**frame, "usage": reply.counted(body["messages"])})
    yield b"data: [DONE]\n\n"


def _frame(body: dict[str, Any], kind: str, choices: list[Any]) -> dict[str, Any]:
    model = body.get("model", "scripted")
    return {"id": "scripted-1", "object": kind, "created": 0, "model": model, "choices": choices}


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def main(arguments: list[str] | None = None) -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m luban.llm.scripted_server")
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument("--script", type=Path, help="JSON file: a list of replies")
    chosen = parser.parse_args(arguments)
    model = ScriptedModel(Script.read(chosen.script) if chosen.script else None)
    uvicorn.run(model.app(), host="127.0.0.1", port=chosen.port, log_level="warning")


if __name__ == "__main__":
    main()

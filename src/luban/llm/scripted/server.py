"""The server: one address for three wires, each answered by the same script.

`luban model serve-scripted --port 8180 --script replies.json`, then
`OPENAI_BASE_URL=http://127.0.0.1:8180/v1`. Without a script it answers as the demo model does.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from luban.llm.demo.demo_model import answer as demo_answer
from luban.llm.scripted import anthropic_side, asked, google_side, openai_side
from luban.llm.scripted.asked import Asked
from luban.llm.scripted.script import Reply, Script

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: Body
    query: str = ""


@dataclass
class ScriptedModel:
    """The application: answers by its script and keeps what it was asked."""

    script: Script | None = None
    requests: list[Recorded] = field(default_factory=list[Recorded])
    installed: list[str] = field(default_factory=list[str])
    """What it says it has, as Ollama does and on the OpenAI wire."""
    base_url: str = ""
    """Where the OpenAI wires are; the others are at `root`."""

    @property
    def root(self) -> str:
        return self.base_url.removesuffix("/v1")

    def app(self) -> Starlette:
        """The ASGI application."""
        openai = openai_side
        return Starlette(
            routes=[
                self._route("/v1/chat/completions", asked.of_openai_chat, openai.chat, openai),
                self._route("/v1/responses", asked.of_openai_responses, _plain(openai.responses)),
                self._route("/v1/completions", asked.of_openai_text, _plain(openai.completion)),
                self._route("/v1/embeddings", asked.of_openai_text, _plain(openai.embeddings)),
                self._route("/v1/images/generations", asked.of_openai_text, openai.images),
                self._route(
                    "/v1/messages",
                    asked.of_anthropic,
                    _plain(anthropic_side.messages),
                    anthropic_side,
                ),
                Route("/v1beta/models/{call:path}", self._google, methods=["POST"]),
                Route("/v1/models", self._models),
                Route("/api/tags", self._tags),
            ]
        )

    def _route(
        self,
        path: str,
        read: Callable[[Body], Asked],
        answer: Callable[[Reply, Asked, Body], Response],
        side: Any = openai_side,
    ) -> Route:
        async def endpoint(request: Request) -> Response:
            body: Body = await request.json()
            return await self._answered(request, body, read(body), answer, side)

        return Route(path, endpoint, methods=["POST"])

    async def _google(self, request: Request) -> Response:
        model, _, verb = str(request.path_params["call"]).rpartition(":")
        body: Body = await request.json()
        said = asked.of_google(model, body, stream=verb.startswith("stream"))
        answer = _plain(google_side.content)
        return await self._answered(request, body, said, answer, google_side)

    async def _answered(
        self,
        request: Request,
        body: Body,
        said: Asked,
        answer: Callable[[Reply, Asked, Body], Response],
        side: Any,
    ) -> Response:
        url = request.url
        self.requests.append(Recorded(url.path, dict(request.headers), body, url.query))
        reply = self._reply(said)
        await asyncio.sleep(reply.delay)
        return side.refused(reply) if reply.status != 200 else answer(reply, said, body)

    async def _models(self, request: Request) -> Response:
        return openai_side.models(self.installed)

    async def _tags(self, request: Request) -> Response:
        return JSONResponse({"models": [{"name": each, "model": each} for each in self.installed]})

    def _reply(self, said: Asked) -> Reply:
        if self.script is not None:
            return self.script.reply_to(said)
        turns = [turn for turn in said.turns if turn.role != "tool"]
        return Reply(text=demo_answer(turns, json=said.wants_json))


def _plain(
    answer: Callable[[Reply, Asked], Response],
) -> Callable[[Reply, Asked, Body], Response]:
    return lambda reply, said, _: answer(reply, said)


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

"""Services as they speak on the wire, on one local server, and rows that lead there.

`https://api.github.com/user` of a row becomes `http://127.0.0.1:port/api.github.com/user`, so that
host and path of every row are seen.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from luban.ports.providers import Provider
from luban.providers.catalogue import catalogue

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Service:
    """What it answers by `GET /host/path`, what it was asked, and how it feels.

    A mood answers in place of everything.
    """

    answers: dict[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[Asked] = field(default_factory=list[Asked])
    mood: Answer | None = None
    base: str = ""

    def feel(self, status: int = 200, text: str = "", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def answer(request: Request) -> Response:
            return PlainTextResponse(text, status, named)

        self.mood = answer

    def sleep(self) -> None:
        """Answers nobody any more."""

        async def answer(request: Request) -> Response:
            await asyncio.Event().wait()
            raise AssertionError

        self.mood = answer

    def moved(self, provider_id: str) -> Provider:
        """A row of the catalogue that leads here."""
        return moved(catalogue()[provider_id], self.base)

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        self.asked.append(
            Asked(
                request.method,
                request.url.path,
                dict(request.query_params),
                dict(request.headers),
                body,
            )
        )
        known = self.answers.get(f"{request.method} {request.url.path}")
        if self.mood is not None:
            return await self.mood(request)
        return await known(request) if known else PlainTextResponse("not found", 404)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        response = await self.answer(Request(scope, receive))
        await response(scope, receive, send)


def moved(provider: Provider, base: str) -> Provider:
    text = provider.model_dump_json().replace("https://", f"{base}/")
    here = Provider.model_validate_json(text)
    return here.model_copy(update={"hosts": (*provider.hosts, "127.0.0.1")})


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[Service]:
    """The service on a free port of the loopback address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        service.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = _Server(
            uvicorn.Config(
                service, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
            )
        )
        task = asyncio.create_task(server.serve([listening]))
        try:
            await server.ready.wait()
            yield service
        finally:
            server.should_exit = server.force_exit = True
            await task


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

"""Servers of the library's own, on the loopback address, with tools that tests need."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")


@dataclass
class Peer:
    """A server and what happened at it."""

    url: str = ""
    key: str = ""
    """Who does not send it as a bearer token is refused."""
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """The headers of each request."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether the slow tool was begun, and whether it was told to end."""
    calls: list[str] = field(default_factory=list[str])
    server: Any = None


def everything(peer: Peer) -> MCPServer:
    """A server with one of each."""
    server = MCPServer("Fixture", version="1.2")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def add(a: int, b: int) -> dict[str, int]:
        """Adds two whole numbers."""
        peer.calls.append("add")
        return {"sum": a + b}

    @server.tool()
    async def slow(ctx: Context, steps: int = 3) -> str:
        """Tells how far it is, and takes as long as it is let."""
        peer.begun.set()
        try:
            for step in range(steps):
                await ctx.report_progress(step + 1, steps, f"step {step + 1}")
            if steps > 10:
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            peer.ended.set()
            raise
        return "done"

    @server.tool()
    def picture() -> Image:
        """A picture."""
        return Image(data=PNG, format="png")

    @server.tool()
    def breaks() -> str:
        """Cannot do it."""
        raise ToolError("no paper left")

    @server.tool()
    def huge(size: int) -> str:
        """Very much text."""
        return "x" * size

    @server.tool()
    async def whoami(ctx: Context) -> str:
        """Sends back what it was sent."""
        return peer.asked[-1].get("authorization", "")

    @server.resource("notes://today")
    def today() -> str:
        """What is to be done."""
        return "mend the roof"

    @server.prompt()
    def review(text: str) -> str:
        """Asks for a review."""
        return f"Please review: {text}"

    return server


@asynccontextmanager
async def served(server: MCPServer, peer: Peer) -> AsyncIterator[Peer]:
    """The server over streamable HTTP, at `peer.url`."""
    async with listening(_Noting(server.streamable_http_app(), peer), "on") as base:
        peer.url = f"{base}/mcp"
        yield peer


class _Noting:
    """Writes down what is asked, and lets in who has the key."""

    def __init__(self, app: ASGIApp, peer: Peer) -> None:
        self._app = app
        self._peer = peer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self._peer.asked.append(headers)
            if self._peer.key and headers.get("authorization") != f"Bearer {self._peer.key}":
                await PlainTextResponse("who are you?", 401)(scope, receive, send)
                return
        await self._app(scope, receive, send)


@asynccontextmanager
async def listening(app: Any, lifespan: Any = "off") -> AsyncIterator[str]:
    """An application on a free port of the loopback address, in this event loop."""
    line = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="critical", lifespan=lifespan, timeout_graceful_shutdown=1
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[line]))
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            await task
    try:
        yield f"http://127.0.0.1:{line.getsockname()[1]}"
    finally:
        server.should_exit = True
        for each in list(server.server_state.connections):
            each.transport.abort()  # streams that a client holds open would be waited for
        await task
        line.close()


class _Quiet(uvicorn.Server):
    def capture_signals(self) -> Any:  # signals are for the tests
        from contextlib import nullcontext

        return nullcontext()

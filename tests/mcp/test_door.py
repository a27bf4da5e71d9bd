"""Agents as tools of other programs: the library's own client at our door, and over stdio."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from luban.model.run import RunStatus
from luban.ports.stores import Slice
from luban.server.settings import Settings
from luban.server.wiring import Home, open_home
from tests.api.kit import application
from tests.mcp.peer import listening
from tests.services.kit import CALCULATOR, ME, SHE, agent_of, over, waiting


@pytest.fixture
async def open_door(tmp_path: Path) -> AsyncIterator[tuple[Home, str]]:
    async with application(tmp_path, mcp_blocks=("text.split", "maths.*")) as (home, app):
        await home.worker.start()
        async with listening(app) as base:
            yield home, f"{base}/mcp"
            _closing(app).set()


def _closing(app: Any) -> asyncio.Event:
    """The event that ends open streams, behind all rings."""
    while not hasattr(app, "state"):
        app = getattr(app, "_app", None) or app.__wrapped__
    return app.state.closing


# The official client leaves a socket of the old protocol to the collector now and then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@asynccontextmanager
async def client(url: str, mode: str = "auto", **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as other,
    ):
        yield other
    gc.collect()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_agents_are_tools_with_their_inputs_as_schema(
    open_door: tuple[Home, str], mode: str
) -> None:
    home, url = open_door
    await agent_of(home, CALCULATOR)
    await agent_of(home, {"luban": 1, "name": "Broken", "nodes": {"x": {"block": "no.such"}}})
    async with client(url, mode) as other:
        tools = {each.name: each for each in (await other.list_tools()).tools}
        assert "Broken" not in tools
        assert tools["Calculator"].input_schema["properties"]["b"]["minimum"] == 0
        steps: list[str] = []

        async def told(progress: float, total: float | None, message: str | None) -> None:
            steps.append(message or "")

        result = await other.call_tool("Calculator", {"a": 2, "b": 3}, progress_callback=told)
        assert result.structured_content == {"result": 5}
        assert not result.is_error
        assert "add is done" in steps
        refused = await other.call_tool("Calculator", {"a": 2, "b": -3})
        assert refused.is_error
        odd = await other.call_tool("Calculator", {"a": 2, "b": 3, "c": 4})
        assert odd.is_error
        with pytest.raises(MCPError):
            await other.call_tool("Nothing", {})


async def test_allowed_blocks_are_tools_and_others_are_not(open_door: tuple[Home, str]) -> None:
    async with client(open_door[1]) as other:
        names = {each.name for each in (await other.list_tools()).tools}
        assert {"text_split", "maths_calculate"} <= names
        assert not any(name.startswith("web_") for name in names)
        result = await other.call_tool("text_split", {"text": "a,b", "delimiter": ","})
        assert not result.is_error, result.content
        assert ["a", "b"] in result.structured_content.values()
        with pytest.raises(MCPError):
            await other.call_tool("web.fetch", {"url": "http://127.0.0.1/"})


@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_cancelled_call_cancels_the_run(
    open_door: tuple[Home, str], tmp_path: Path, mode: str
) -> None:
    home, url = open_door
    await agent_of(home, waiting(tmp_path / "never"))
    async with client(url, mode) as other:
        begun = asyncio.Event()

        async def told(progress: float, total: float | None, message: str | None) -> None:
            if message and message.startswith("wait"):
                begun.set()

        call = asyncio.create_task(other.call_tool("Waiting", {}, progress_callback=told))
        await asyncio.wait_for(begun.wait(), 5)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        (run,) = (await home.house.runs.list(ME, Slice())).items
        assert (await over(home, run.id)).status is RunStatus.CANCELLED


async def test_everybody_has_their_own_and_sessions_are_not_shared(
    open_door: tuple[Home, str],
) -> None:
    home, url = open_door
    await agent_of(home, CALCULATOR)
    async with client(url, **{"x-owner": SHE}) as hers:
        assert "Calculator" not in {each.name for each in (await hers.list_tools()).tools}
        with pytest.raises(MCPError):
            await hers.call_tool("Calculator", {"a": 1, "b": 1})
    async with httpx2.AsyncClient() as http:
        begin = {
            "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
                "protocolVersion": "2025-06-18", "capabilities": {},
                "clientInfo": {"name": "x", "version": "1"},
            },
        }  # fmt: skip
        wanted = {"accept": "application/json, text/event-stream"}
        begun = await http.post(url, json=begin, headers=wanted)
        session = {"mcp-session-id": begun.headers["mcp-session-id"], **wanted}
        listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        stolen = await http.post(url, json=listing, headers={**session, "x-owner": SHE})
        assert stolen.status_code == 404
        mine = await http.post(url, json=listing, headers=session)
        assert "Calculator" in mine.text
        nobody = await http.post(url, json=begin, headers={**wanted, "x-owner": ""})
        assert nobody.status_code == 401
        rebound = await http.post(url, json=begin, headers={**wanted, "host": "evil.example"})
        assert rebound.status_code == 421
        forged = {**wanted, "origin": "https://evil.example"}
        assert (await http.post(url, json=begin, headers=forged)).status_code == 403


def serving(home: Path, *more: str) -> StdioServerParameters:
    words = ["-m", "luban.cli", "mcp", "serve", *more]
    env = {**os.environ, "LUBAN_HOME": str(home)}
    return StdioServerParameters(command=sys.executable, args=words, env=env)


async def test_a_servers_agents_over_stdio(open_door: tuple[Home, str], tmp_path: Path) -> None:
    home, url = open_door
    await agent_of(home, CALCULATOR)
    async with Client(serving(tmp_path, "--server", url.removesuffix("/mcp"))) as other:
        result = await other.call_tool("Calculator", {"a": 2, "b": 3})
        assert result.structured_content == {"result": 5}


@pytest.mark.slow
async def test_this_machines_agents_over_stdio(tmp_path: Path) -> None:
    async with open_home(Settings(home=tmp_path)) as home:
        await agent_of(home, CALCULATOR)
    async with Client(serving(tmp_path)) as other:
        result = await other.call_tool("Calculator", {"a": 2, "b": 3})
        assert result.structured_content == {"result": 5}

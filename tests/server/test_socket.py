"""The WebSocket of the second dialect, over real connections and from another process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.api.test_dialects import GRAPH
from tests.databases import ready_database
from tests.server.kit import ServerProcess, server

V1 = "/api/v1"


def address(running: ServerProcess, user: str = "local", query: str = "") -> str:
    return f"{running.url.replace('http', 'ws', 1)}/ws/{user}{query}"


async def heard(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a kind."""
    async with asyncio.timeout(30):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def execute(running: ServerProcess) -> str:
    async with httpx2.AsyncClient(base_url=running.url) as http:
        graph = (await http.post(f"{V1}/graphs", json=GRAPH)).json()["id"]
        answer = await http.post(f"{V1}/graphs/{graph}/executions", json={"input_data": {}})
        return answer.json()["execution_id"]


async def test_executions_are_told_as_they_end(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with connect(address(running)) as socket, connect(address(running)) as second:
            await heard(socket, "connection_established")
            await heard(second, "connection_established")
            run = await execute(running)
            for each in (socket, second):
                told = await heard(each, "execution_complete")
                assert (told["execution_id"], told["status"]) == (run, "COMPLETED")
                assert "HELLO WORLD" in str(told["output"])
                assert told["error"] is None


async def test_a_client_may_ask_for_what_happens_node_by_node(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        run = await execute(running)
        async with connect(address(running)) as socket:
            await socket.send(json.dumps({"type": "ping"}))
            await heard(socket, "pong")
            await socket.send(json.dumps({"type": "subscribe", "execution_id": run}))
            kinds = [(await heard(socket, "node_event"))["event"] for _ in range(2)]
            assert kinds[0] == "run_started"
            for wrong in ("not json", "[]", json.dumps({"type": "dance"})):
                await socket.send(wrong)
                await heard(socket, "error")
            await socket.send(json.dumps({"type": "subscribe", "execution_id": "r_none"}))
            assert "r_none" in (await heard(socket, "error"))["message"]


@pytest.mark.parametrize("user", ["somebody", "local%20"])
async def test_other_peoples_executions_are_refused(tmp_path: Path, user: str) -> None:
    with server(tmp_path) as running:
        async with connect(address(running, user)) as socket:
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "无效的用户ID")


async def test_a_page_of_another_site_and_a_long_message_are_refused(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with connect(address(running), origin="http://evil.example") as socket:  # type: ignore[arg-type]
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
        async with connect(address(running)) as socket:
            await heard(socket, "connection_established")
            await socket.send("x" * (64 << 10) + "x")
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009


@pytest.mark.network
async def test_what_another_process_runs_is_told_too(tmp_path: Path, postgres_address: str) -> None:
    async with ready_database(postgres_address) as url:
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        with (
            server(tmp_path / "one", DATABASE_URL=url) as worker,
            server(tmp_path / "two", DATABASE_URL=url, LUBAN_SLOTS="0") as front,
        ):
            async with connect(address(front)) as socket:
                await heard(socket, "connection_established")
                run = await execute(worker)
                assert (await heard(socket, "execution_complete"))["execution_id"] == run


async def test_a_server_that_stops_says_so(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        async with connect(address(running)) as socket:
            await heard(socket, "connection_established")
            code, _ = await asyncio.to_thread(running.stop)
            assert code == 0
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in (1001, 1012)


ADMIN = {"email": "ada@example.com", "password": "correct horse battery staple"}
LOCKED = {
    "LUBAN_AUTH": "required",
    "LUBAN_ADMIN_EMAIL": ADMIN["email"],
    "LUBAN_ADMIN_PASSWORD": ADMIN["password"],
}


async def closing_code(url: str) -> int:
    async with connect(url) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


async def test_a_ticket_opens_one_connection_and_a_key_any(tmp_path: Path) -> None:
    with server(tmp_path, **LOCKED) as running:
        async with httpx2.AsyncClient(base_url=running.url) as http:
            assert (await http.post(f"{V1}/auth/sign-in", json=ADMIN)).status_code == 200
            ticket = (await http.post(f"{V1}/tickets")).json()
            key = (await http.post(f"{V1}/api-keys", json={"name": "watch"})).json()["key"]
        user = ticket["user_id"]
        async with connect(address(running, user, f"?ticket={ticket['ticket']}")) as socket:
            await heard(socket, "connection_established")
        async with connect(address(running, user, f"?token={key}")) as socket:
            await heard(socket, "connection_established")
        for refused in (f"?ticket={ticket['ticket']}", "?token=luban_wrong", ""):
            assert await closing_code(address(running, user, refused)) == 1008
        assert await closing_code(address(running, "u_other", f"?token={key}")) == 1008

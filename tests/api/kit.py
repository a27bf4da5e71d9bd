"""The whole application over memory, spoken to without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from starlette.requests import HTTPConnection

from luban.api.app import create_app
from luban.api.door import Door
from luban.model.access import ADMIN, USER, Caller
from luban.server.wiring import Home
from tests.services.kit import ME, memory_home

HOST = "http://localhost:8123"
V1 = "/api/v1"


async def named_owner(connection: HTTPConnection) -> Caller:
    """Tests say who they are: a name, or `user/team/session` of somebody with an account.

    And what they may, if that is not all there is.
    """
    name = connection.headers.get("x-owner", ME)
    if not name:
        return Caller()
    permissions = (ADMIN if name == ME else USER).permissions
    if (may := connection.headers.get("x-may")) is not None:
        permissions = frozenset(may.split())
    if "/" not in name:
        return Caller(name, name, permissions, by="local")
    user, team, session = name.split("/")
    return Caller(user, team, permissions, by="session", grant=session)


@asynccontextmanager
async def application(folder: Path, **settings: Any) -> AsyncIterator[tuple[Home, Any]]:
    json_limit = settings.pop("json_limit", 1 << 20)
    async with memory_home(folder, **settings) as home:
        yield (
            home,
            create_app(
                home.house,
                door=Door(hosts=("luban.test",), json_limit=json_limit),
                identify=named_owner,
            ),
        )


def http_client(app: Any) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=HOST)


async def make_agent(http: httpx2.AsyncClient, document: dict[str, Any]) -> str:
    response = await http.post(f"{V1}/agents", json={"document": document})
    assert response.status_code == 201, response.text
    return response.json()["id"]


def assert_error(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The one shape of every error; returns its body."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"code", "message", "message_zh", "details", "request_id"}
    assert body["code"] == code
    assert body["message"]
    assert any("一" <= letter <= "鿿" for letter in body["message_zh"])
    assert body["request_id"] == response.headers["x-request-id"]
    return body

"""The whole application over memory, spoken to without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from starlette.requests import HTTPConnection

from luban.api.app import create_app
from luban.server.wiring import Home
from tests.services.kit import ME, memory_home

HOST = "http://localhost:8123"
V1 = "/api/v1"


async def named_owner(connection: HTTPConnection) -> str:
    """Tests say who they are."""
    return connection.headers.get("x-owner", ME)


@asynccontextmanager
async def application(folder: Path, **settings: Any) -> AsyncIterator[tuple[Home, Any]]:
    json_limit = settings.pop("json_limit", 1 << 20)
    async with memory_home(folder, **settings) as home:
        yield (
            home,
            create_app(
                home.house, hosts=("luban.test",), identify=named_owner, json_limit=json_limit
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

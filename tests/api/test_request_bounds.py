"""Requests of unusual form are refused with a reason, and slow ones end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from luban.api.body_limit import BodyLimit
from luban.api.envelope import Envelope
from luban.api.request_bounds import DEPTH, JsonBounds, TimeBounds
from tests.api.kit import HOST, V1, assert_error

JSON = {"content-type": "application/json"}


async def test_an_address_has_an_end(http: httpx2.AsyncClient) -> None:
    assert_error(await http.get(f"{V1}/agents?search={'x' * 9000}"), 414, "uri_too_long")


@pytest.mark.parametrize(
    "headers", [{f"x-{n}": "1" for n in range(120)}, {"x-large": "x" * 40_000}]
)
async def test_headers_have_an_end(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    refused = await http.get(f"{V1}/agents", headers=headers)
    assert_error(refused, 431, "headers_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": 1e999}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b"\xef\xbb\xbf{}",
        b'{"name": "a"',
        b"{'name': 'a'}",
        b'{"name": "a"} trailing',
        b'{"name": 01}',
        b"[" * 5000 + b"]" * 5000,
    ],
)
async def test_json_is_json(http: httpx2.AsyncClient, body: bytes) -> None:
    refused = await http.post(f"{V1}/agents", content=body, headers=JSON)
    assert_error(refused, 422, "invalid_request")
    assert (await http.get(f"{V1}/agents")).json()["total"] == 0


@pytest.mark.parametrize("one", [b'{"a":', b"["])
async def test_json_is_as_deep_as_people_write_it(http: httpx2.AsyncClient, one: bytes) -> None:
    end = b"}" if one.startswith(b"{") else b"]"
    deep = one * (DEPTH + 5) + b"1" + end * (DEPTH + 5)
    body = b'{"document": ' + deep + b"}"
    refused = await http.post(f"{V1}/agents", content=body, headers=JSON)
    assert_error(refused, 400, "bad_request")


async def test_wide_is_not_deep(http: httpx2.AsyncClient) -> None:
    document = {"luban": 1, "x-notes": [[{}] for _ in range(2000)]}
    made = await http.post(f"{V1}/agents", json={"document": document})
    assert made.status_code == 201


async def test_the_last_of_two_equal_keys_counts_everywhere(http: httpx2.AsyncClient) -> None:
    body = b'{"name": "first", "name": "last"}'
    made = await http.post(f"{V1}/agents", content=body, headers=JSON)
    assert made.json()["name"] == "last"


def bounded(seconds: float, silence: float = 30, **routes: Any) -> httpx2.AsyncClient:
    app = Starlette(
        routes=[Route(f"/{name}", each, methods=["GET", "POST"]) for name, each in routes.items()]
    )
    transport = httpx2.ASGITransport(
        Envelope(TimeBounds(BodyLimit(JsonBounds(app), file_limit=1), seconds, silence)),
        raise_app_exceptions=False,
    )
    return httpx2.AsyncClient(transport=transport, base_url=HOST)


async def hang(request: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


async def read(request: Request) -> Response:
    return JSONResponse(await request.json())


async def test_an_answer_that_takes_too_long_ends_with_504() -> None:
    async with bounded(0.05, hang=hang) as http:
        late = await http.get("/hang")
        assert_error(late, 504, "answer_too_slow")
        assert "LUBAN_REQUEST_TIMEOUT" in late.json()["message"]


async def test_a_time_limit_of_the_route_itself_is_a_defect_not_ours() -> None:
    async def own(request: Request) -> Response:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
        raise AssertionError

    async with bounded(5, own=own) as http:
        assert (await http.get("/own")).status_code in (500, 504)


async def test_an_answer_that_has_begun_is_not_broken_off() -> None:
    async def lines() -> AsyncIterator[bytes]:
        for _ in range(5):
            await asyncio.sleep(0.02)
            yield b"x"

    async def slow(request: Request) -> Response:
        return StreamingResponse(lines())

    async with bounded(0.05, slow=slow) as http:
        assert (await http.get("/slow")).content == b"xxxxx"


async def test_a_client_that_stops_sending_is_told_so() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b'{"a":'
        await asyncio.Event().wait()

    for limits in ((0.05, 30.0), (30.0, 0.05)):
        async with bounded(*limits, read=read) as http:
            cut = await http.post("/read", content=drip(), headers=JSON)
            assert_error(cut, 408, "request_too_slow")


async def test_following_a_run_has_no_end() -> None:
    async def events(request: Request) -> Response:
        await asyncio.sleep(0.1)
        return JSONResponse({})

    async with bounded(0.01, events=events) as http:
        assert (await http.get("/events")).status_code == 200

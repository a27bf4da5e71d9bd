"""What every answer says about itself: headers, what may be kept, who may read it, from where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from luban.api.app import create_app
from luban.api.cors import origins_of
from luban.api.door import Door
from luban.api.envelope import NEVER_KEPT, Envelope
from luban.api.forwarded import Forwarded, networks
from luban.model.errors import InvalidValue
from tests.api.kit import HOST, V1, assert_error, make_agent, named_owner
from tests.services.kit import CALCULATOR, memory_home

APP = "https://app.example.org"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "referrer-policy": "strict-origin-when-cross-origin",
}


@asynccontextmanager
async def behind(folder: Path, door: Door) -> AsyncIterator[httpx2.AsyncClient]:
    async with memory_home(folder) as home:
        app = create_app(home.house, identify=named_owner, door=door)
        async with over(app) as http:
            yield http


def over(app: Any, **more: Any) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False, **more)
    return httpx2.AsyncClient(transport=transport, base_url=HOST)


@pytest.mark.parametrize(
    "path", ["/health", "/docs", f"{V1}/agents", f"{V1}/nowhere", f"{V1}/agents/a_none"]
)
async def test_every_answer_says_how_it_may_be_used(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    for name, value in ALWAYS.items():
        assert answer.headers.get_list(name) == [value]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", ["/health", f"{V1}/agents", f"{V1}/me", f"{V1}/openapi.json"])
async def test_no_answer_of_the_api_is_kept(http: httpx2.AsyncClient, path: str) -> None:
    assert NEVER_KEPT == "no-store, no-cache, must-revalidate, private"
    assert (await http.get(path)).headers["cache-control"] == NEVER_KEPT


async def test_files_of_people_are_not_kept_either(http: httpx2.AsyncClient) -> None:
    made = await http.post(f"{V1}/files", files={"file": ("a.txt", b"x", "text/plain")})
    content = await http.get(f"{V1}/files/{made.json()['id']}/content")
    assert content.headers["cache-control"] == NEVER_KEPT
    assert content.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in content.headers["content-security-policy"]


async def test_only_files_of_the_program_are_kept(http: httpx2.AsyncClient) -> None:
    assert "max-age" in (await http.get("/docs/swagger-ui.css")).headers["cache-control"]


async def test_headers_that_are_there_twice_stay_twice() -> None:
    async def two(request: Request) -> Response:
        answer = JSONResponse({})
        answer.set_cookie("a", "1")
        answer.set_cookie("b", "2")
        return answer

    async with over(Envelope(Starlette(routes=[Route("/", two)]))) as http:
        answer = await http.get("/")
    assert [each.partition("=")[0] for each in answer.headers.get_list("set-cookie")] == ["a", "b"]
    assert answer.headers["x-frame-options"] == "DENY"


async def test_tls_is_only_demanded_where_there_is_tls(tmp_path: Path) -> None:
    async with behind(tmp_path, Door(proxies=networks(["127.0.0.1"]))) as http:
        plain = await http.get("/health")
        assert "strict-transport-security" not in plain.headers
        passed_on = await http.get("/health", headers={"x-forwarded-proto": "https"})
        demanded = passed_on.headers["strict-transport-security"]
        assert demanded == "max-age=31536000; includeSubDomains"
    async with behind(tmp_path, Door()) as http:
        claimed = await http.get("/health", headers={"x-forwarded-proto": "https"})
        assert "strict-transport-security" not in claimed.headers


@pytest.mark.parametrize(
    ("peer", "chain", "seen"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
    ],
)
async def test_a_chain_is_believed_as_far_as_it_is_ours(peer: str, chain: str, seen: str) -> None:
    async def tell(request: Request) -> Response:
        assert request.client is not None
        return JSONResponse(request.client.host)

    app = Forwarded(Starlette(routes=[Route("/", tell)]), networks(["10.0.0.0/8"]))
    async with over(app, client=(peer, 1)) as http:
        assert (await http.get("/", headers={"x-forwarded-for": chain})).json() == seen


async def test_listed_pages_may_ask_and_read_others_may_not(tmp_path: Path) -> None:
    async with behind(tmp_path, Door(origins=origins_of([APP]))) as http:
        asking = {"origin": APP, "access-control-request-method": "POST"}
        asked = await http.options(f"{V1}/agents", headers=asking)
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == APP
        assert asked.headers["access-control-allow-credentials"] == "true"
        assert "PATCH" in asked.headers["access-control-allow-methods"]
        assert "If-Match" in asked.headers["access-control-allow-headers"]
        assert "Origin" in asked.headers["vary"]

        made = await http.post(f"{V1}/agents", json={}, headers={"origin": APP})
        assert made.status_code == 201
        assert made.headers["access-control-allow-origin"] == APP
        assert "ETag" in made.headers["access-control-expose-headers"]
        wrong = await http.get(f"{V1}/agents/a_none", headers={"origin": APP})
        assert wrong.status_code == 404
        assert wrong.headers["access-control-allow-origin"] == APP

        for origin in ("https://evil.example", f"{APP}.evil.example", "null", f"{APP}:444"):
            refused = await http.post(f"{V1}/agents", json={}, headers={"origin": origin})
            assert_error(refused, 403, "foreign_origin")
            assert "access-control-allow-origin" not in refused.headers
            denied = await http.options(f"{V1}/agents", headers=asking | {"origin": origin})
            assert "access-control-allow-origin" not in denied.headers
            assert refused.headers["vary"] == "Origin"


async def test_nobody_is_listed_unless_somebody_says_so(http: httpx2.AsyncClient) -> None:
    answer = await http.get(f"{V1}/agents", headers={"origin": APP})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["*", "null", "app.example.org", "https://a.b/path", "ftp://a"])
def test_an_origin_is_exact(origin: str) -> None:
    with pytest.raises(InvalidValue, match="LUBAN_CORS_ORIGINS"):
        origins_of([origin])


def test_a_proxy_is_an_address() -> None:
    with pytest.raises(InvalidValue, match="LUBAN_TRUSTED_PROXIES"):
        networks(["proxy.local"])


async def test_what_did_not_change_is_not_sent_again(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    first = await http.get(f"{V1}/agents/{agent}")
    again = await http.get(f"{V1}/agents/{agent}", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    await http.patch(f"{V1}/agents/{agent}", json={"name": "Other"})
    changed = await http.get(
        f"{V1}/agents/{agent}", headers={"if-none-match": first.headers["etag"]}
    )
    assert changed.status_code == 200

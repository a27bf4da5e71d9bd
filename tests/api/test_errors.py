"""Whatever goes wrong is answered in one shape, in two languages, with the request's id."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error


async def test_an_unknown_address(http: httpx2.AsyncClient) -> None:
    body = assert_error(await http.get(f"{V1}/nothing"), 404, "not_found")
    assert "/api/v1/nothing" in body["message"]


async def test_a_wrong_method(http: httpx2.AsyncClient) -> None:
    response = await http.delete(f"{V1}/blocks")
    assert_error(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"


async def test_a_body_that_is_not_json(http: httpx2.AsyncClient) -> None:
    response = await http.post(
        f"{V1}/agents", content=b'{"name": ', headers={"content-type": "application/json"}
    )
    assert "not JSON" in assert_error(response, 422, "invalid_request")["message"]


async def test_every_wrong_field_is_named(http: httpx2.AsyncClient) -> None:
    response = await http.post(f"{V1}/agents", json={"name": 5, "document": [], "text": "x"})
    problems = assert_error(response, 422, "invalid_request")["details"]["problems"]
    assert [each["path"] for each in problems] == ["name", "document"]
    assert problems[0]["message"] == "`name` is 5, but it must be text."
    assert problems[0]["message_zh"] == "“name”的值是 5，但必须是文本。"


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=100000"])
async def test_a_wrong_page(http: httpx2.AsyncClient, query: str) -> None:
    assert_error(await http.get(f"{V1}/agents?{query}"), 422, "invalid_request")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/agents/a_none"),
        ("PATCH", "/agents/a_none"),
        ("DELETE", "/agents/a_none"),
        ("POST", "/agents/a_none/runs"),
        ("GET", "/runs/r_none"),
        ("GET", "/runs/r_none/steps"),
        ("GET", "/runs/r_none/events"),
        ("POST", "/runs/r_none/cancel"),
        ("GET", "/files/f_none"),
        ("GET", "/files/f_none/content"),
        ("GET", "/blocks/no.such"),
        ("GET", "/templates/none"),
    ],
)
async def test_what_does_not_exist(http: httpx2.AsyncClient, method: str, path: str) -> None:
    body: Any = {} if method in ("POST", "PATCH") else None
    body = assert_error(await http.request(method, V1 + path, json=body), 404, "not_found")
    assert path.split("/")[2] in body["message"]


async def test_a_defect_tells_nothing_but_its_request_id(
    http: httpx2.AsyncClient, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("the secret is 42")

    object.__setattr__(home.house.models, "list", broken)
    response = await http.get(f"{V1}/models")
    body = assert_error(response, 500, "internal")
    assert "42" not in response.text
    assert body["request_id"] in caplog.text
    assert "the secret is 42" in caplog.text


async def test_a_callers_request_id_is_kept_if_it_is_harmless(http: httpx2.AsyncClient) -> None:
    kept = await http.get("/health", headers={"x-request-id": "mine-1"})
    assert kept.headers["x-request-id"] == "mine-1"
    replaced = await http.get("/health", headers={"x-request-id": "a b; c"})
    assert replaced.headers["x-request-id"].startswith("q_")


async def test_every_answer_carries_the_security_headers(http: httpx2.AsyncClient) -> None:
    for response in (await http.get("/health"), await http.get(f"{V1}/nothing")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "access-control-allow-origin" not in response.headers

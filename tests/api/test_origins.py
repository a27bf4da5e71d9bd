"""A server without a password is for its own pages and for programs, not for other sites."""

from __future__ import annotations

import httpx2
import pytest

from tests.api.kit import V1, assert_error

CHANGE = f"{V1}/agents"


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8123", "127.0.0.1:9", "[::1]:8123", "LUBAN.test", "a.localhost"],
)
async def test_known_names(http: httpx2.AsyncClient, host: str) -> None:
    assert (await http.get("/health", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8123", ""]
)
async def test_other_names_may_be_rebound(http: httpx2.AsyncClient, host: str) -> None:
    for path in ("/health", f"{V1}/blocks", "/docs"):
        assert_error(await http.get(path, headers={"host": host}), 421, "unknown_host")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_pages_of_others_change_nothing(
    http: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    assert_error(await http.post(CHANGE, json={}, headers=headers), 403, "foreign_origin")
    assert_error(await http.delete(f"{CHANGE}/x", headers=headers), 403, "foreign_origin")
    assert (await http.get(CHANGE)).json()["total"] == 0


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://localhost:8123"}, {"sec-fetch-site": "same-origin"}],
)
async def test_our_pages_and_programs_do(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    assert (await http.post(CHANGE, json={}, headers=headers)).status_code == 201


async def test_a_browser_is_not_told_it_may_ask(http: httpx2.AsyncClient) -> None:
    asked = await http.options(
        CHANGE, headers={"origin": "http://evil.example", "access-control-request-method": "POST"}
    )
    assert "access-control-allow-origin" not in asked.headers

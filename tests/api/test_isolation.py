"""For every address of the API: what belongs to somebody else does not exist."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from luban.api.app import routes
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR

SHARED = {"block_id", "template_id"}
"""Things that belong to nobody."""

ROUTES = [
    (method.upper(), path)
    for path, methods in routes("1").openapi()["paths"].items()
    for method in methods
]
NAMED = [route for route in ROUTES if set(re.findall(r"{(\w+)}", route[1])) - SHARED]
LISTS = [(method, path) for method, path in ROUTES if method == "GET" and "{" not in path]
PERSONAL = {f"{V1}/agents", f"{V1}/runs", f"{V1}/files"}


async def things(http: httpx2.AsyncClient) -> dict[str, Any]:
    agent = await make_agent(http, CALCULATOR)
    await http.post(f"{V1}/agents/{agent}/versions")
    run = await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": {"a": 1, "b": 2}})
    file = await http.post(f"{V1}/files", files={"file": ("a", b"x")})
    return {
        "agent_id": agent,
        "version": 1,
        "run_id": run.json()["id"],
        "file_id": file.json()["id"],
    }


@pytest.mark.parametrize(("method", "path"), NAMED)
async def test_nobody_touches_what_is_not_theirs(
    http: httpx2.AsyncClient, method: str, path: str
) -> None:
    address = path.format(**await things(http))
    body: Any = None
    if method in ("POST", "PATCH"):
        body = {"name": "stolen", "inputs": {"a": 1, "b": 2}}
    denied = await http.request(method, address, json=body, headers={"x-owner": "she"})
    assert_error(denied, 404, "not_found")
    if "events" not in path:  # the stream of a queued run would not end
        allowed = await http.request(method, address, json=body)
        assert allowed.status_code < 300 or allowed.status_code == 409, allowed.text


@pytest.mark.parametrize(("method", "path"), LISTS)
async def test_lists_hold_ones_own(http: httpx2.AsyncClient, method: str, path: str) -> None:
    await things(http)
    hers = await http.request(method, path, headers={"x-owner": "she"})
    mine = await http.request(method, path)
    assert (hers.status_code, mine.status_code) == (200, 200)
    if path in PERSONAL:
        assert hers.json()["total"] == 0
        assert mine.json()["total"] == 1

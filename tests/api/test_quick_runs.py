"""Starting runs the quick way says and does what the framework's route does."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from luban.server.wiring import Home
from tests.api.kit import V1, make_agent
from tests.services.kit import CALCULATOR

QUICK = "application/json"
FRAMEWORK = "application/json; charset=utf-8"
OWN = {"id", "created_at", "started_at", "ended_at", "request_id"}
BODIES: list[Any] = [
    b'{"inputs": {"a": 2, "b": 3}}',
    b'{"inputs": {"a": 2, "b": 3}, "version": 1}',
    b'{"inputs": {"a": 2, "b": 3}, "options": {"simulate": true}}',
    b"",
    b"{}",
    b"[]",
    b"null",
    b"{",
    b'{"inputs": 7}',
    b'{"inputs": {"a": "x", "b": -1, "c": 0}}',
    b'{"inputs": {"a": 2, "b": 3}, "version": "newest"}',
    b'{"inputs": {"a": 2, "b": 3}, "version": 99}',
    b'{"inputs": {"a": 2, "b": 3}, "version": 0}',
]


def told(answer: httpx2.Response) -> tuple[int, Any]:
    kept = {name: value for name, value in answer.json().items() if name not in OWN}
    return answer.status_code, kept


@pytest.mark.parametrize("query", ["", "?wait=20", "?wait=abc", "?wait=-1", "?wait=1e9"])
@pytest.mark.parametrize("body", BODIES)
async def test_both_ways_answer_the_same(
    http: httpx2.AsyncClient, home: Home, body: bytes, query: str
) -> None:
    await home.worker.start()
    agent = await make_agent(http, CALCULATOR)
    await http.post(f"{V1}/agents/{agent}/versions")
    address = f"{V1}/agents/{agent}/runs{query}"
    one, other = [
        await http.post(address, content=body, headers={"content-type": kind})
        for kind in (QUICK, FRAMEWORK)
    ]
    assert told(one) == told(other)
    assert one.headers["content-type"] == other.headers["content-type"]
    assert set(one.headers) == set(other.headers)


@pytest.mark.parametrize("headers", [{"x-owner": "somebody else"}, {}])
async def test_what_is_refused_is_refused_alike(
    http: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    agent = await make_agent(http, CALCULATOR)
    for name in (agent, "a_nothing"):
        if not headers and name == agent:
            continue
        one, other = [
            await http.post(
                f"{V1}/agents/{name}/runs", json={}, headers={**headers, "content-type": kind}
            )
            for kind in (QUICK, FRAMEWORK)
        ]
        assert one.status_code == 404
        assert told(one) == told(other)


async def test_a_key_starts_one_run_whichever_way(http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    headers = {"idempotency-key": "k", "content-type": QUICK}
    body = BODIES[0]
    first = await http.post(f"{V1}/agents/{agent}/runs", content=body, headers=headers)
    again = await http.post(f"{V1}/agents/{agent}/runs", content=body, headers=headers)
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"

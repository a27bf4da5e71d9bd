"""A POST that is sent twice with one key happens once."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from luban.api.app import routes
from luban.api.idempotency import NOT_KEPT
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR

KEY = {"idempotency-key": "k1"}


async def test_the_second_answer_is_the_first(http: httpx2.AsyncClient) -> None:
    first = await http.post(f"{V1}/agents", json={"name": "One"}, headers=KEY)
    again = await http.post(f"{V1}/agents", json={"name": "One"}, headers=KEY)
    assert again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert (await http.get(f"{V1}/agents")).json()["total"] == 1


async def test_at_the_same_time_too(http: httpx2.AsyncClient) -> None:
    agent_id = await make_agent(http, CALCULATOR)
    body = {"inputs": {"a": 1, "b": 2}}
    answers = await asyncio.gather(
        *(http.post(f"{V1}/agents/{agent_id}/runs", json=body, headers=KEY) for _ in range(6))
    )
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await http.get(f"{V1}/runs")).json()["total"] == 1


async def test_a_key_is_for_one_request(http: httpx2.AsyncClient) -> None:
    await http.post(f"{V1}/agents", json={"name": "One"}, headers=KEY)
    other = await http.post(f"{V1}/agents", json={"name": "Two"}, headers=KEY)
    assert_error(other, 422, "idempotency_key_reused")


async def test_a_key_is_for_one_owner(http: httpx2.AsyncClient) -> None:
    await http.post(f"{V1}/agents", json={"name": "One"}, headers=KEY)
    hers = await http.post(f"{V1}/agents", json={"name": "Two"}, headers=KEY | {"x-owner": "she"})
    assert hers.json()["name"] == "Two"


async def test_refusals_are_repeated_too(http: httpx2.AsyncClient) -> None:
    first = await http.post(f"{V1}/agents/a_none/runs", json={}, headers=KEY)
    again = await http.post(f"{V1}/agents/a_none/runs", json={}, headers=KEY)
    assert first.content == again.content
    assert again.status_code == 404


async def test_uploads_happen_once(http: httpx2.AsyncClient) -> None:
    boundary = {"content-type": "multipart/form-data; boundary=x", **KEY}
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhi\r\n--x--\r\n'
    )
    answers = [await http.post(f"{V1}/files", content=form, headers=boundary) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await http.get(f"{V1}/files")).json()["total"] == 1


async def test_a_key_must_be_usable(http: httpx2.AsyncClient) -> None:
    for key in ("", "x" * 300):
        refused = await http.post(f"{V1}/agents", json={}, headers={"idempotency-key": key})
        assert_error(refused, 400, "bad_request")


def told(schema: dict[str, Any], parts: dict[str, Any], seen: frozenset[str]) -> set[str]:
    """The names of all that an answer holds."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in seen:
        return set()
    if name:
        schema, seen = parts[name], seen | {name}
    inner = [*schema.get("properties", {}).values()]
    inner += [each for word in ("anyOf", "allOf", "oneOf") for each in schema.get(word, [])]
    return set(schema.get("properties", {})).union(*(told(each, parts, seen) for each in inner))


def test_no_answer_that_is_told_once_is_kept() -> None:
    description = routes("1").openapi()
    parts = description["components"]["schemas"]
    secret = {"token", "link", "secret", "codes", "uri", "ticket"}
    telling = {f"{V1}/api-keys"}
    for path, methods in description["paths"].items():
        for status, answer in methods.get("post", {}).get("responses", {}).items():
            content = answer.get("content", {}).get("application/json", {})
            if status < "300" and told(content.get("schema", {}), parts, frozenset()) & secret:
                telling.add(path)
    assert len(telling) > 5
    assert [path for path in telling if not NOT_KEPT.match(path)] == []


async def test_visitors_share_no_answers(http: httpx2.AsyncClient) -> None:
    """Of two who chose the same key neither gets the other's; the same one starts one run."""
    link = {"resource": "agent", "resource_id": await make_agent(http, CALCULATOR)}
    links = [
        (await http.post(f"{V1}/links", json={**link, "scopes": ["run"]})).json()["token"]
        for _ in range(2)
    ]
    visitor, inputs = {**KEY, "x-owner": ""}, {"inputs": {"a": 1, "b": 2}}
    runs = [
        (await http.post(f"{V1}/shared/{token}/runs", json=inputs, headers=visitor)).json()["id"]
        for token in (links[0], links[0], links[1])
    ]
    assert runs[0] == runs[1] != runs[2]

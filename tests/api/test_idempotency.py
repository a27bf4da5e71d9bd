"""A POST that is sent twice with one key happens once."""

from __future__ import annotations

import asyncio

import httpx2

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

"""Many things at once: each has its own result, and nobody else's is touched."""

from __future__ import annotations

import io
import json
import zipfile

import httpx2

from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR

SHE = {"x-owner": "she"}


async def runs_of(http: httpx2.AsyncClient, count: int) -> list[str]:
    agent = await make_agent(http, CALCULATOR)
    made = [
        await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": {"a": 1, "b": n}})
        for n in range(count)
    ]
    return [each.json()["id"] for each in made]


async def test_many_runs_are_cancelled_each_with_its_result(http: httpx2.AsyncClient) -> None:
    ids = await runs_of(http, 3)
    body = {"action": "cancel", "ids": [*ids, "r_none", ids[0]]}
    answer = (await http.post(f"{V1}/runs/bulk", json=body)).json()
    assert [each["id"] for each in answer["items"]] == [*ids, "r_none"]
    assert (answer["done"], answer["failed"]) == (3, 1)
    assert answer["items"][3]["error"]["code"] == "not_found"
    assert answer["items"][3]["error"]["message_zh"]
    found = await http.get(f"{V1}/runs", params={"status": ["cancelled", "completed"]})
    assert found.json()["total"] == 3


async def test_many_runs_are_deleted_but_none_that_goes_on(http: httpx2.AsyncClient) -> None:
    ids = await runs_of(http, 2)
    await http.post(f"{V1}/runs/{ids[0]}/cancel")
    body = {"action": "delete", "ids": ids}
    answer = (await http.post(f"{V1}/runs/bulk", json=body)).json()
    assert [each["ok"] for each in answer["items"]] == [True, False]
    assert (await http.get(f"{V1}/runs")).json()["total"] == 1


async def test_nobody_reaches_what_is_not_theirs(http: httpx2.AsyncClient) -> None:
    ids = await runs_of(http, 1)
    agents = [each["id"] for each in (await http.get(f"{V1}/agents")).json()["items"]]
    for noun, named in (("runs", ids), ("agents", agents)):
        body = {"action": "delete", "ids": named}
        answer = (await http.post(f"{V1}/{noun}/bulk", json=body, headers=SHE)).json()
        assert [each["error"]["code"] for each in answer["items"]] == ["not_found"]
        assert (await http.get(f"{V1}/{noun}")).json()["total"] == 1
    body = {"action": "export", "ids": agents}
    packed = await http.post(f"{V1}/agents/bulk", json=body, headers=SHE)
    assert zipfile.ZipFile(io.BytesIO(packed.content)).namelist() == ["results.json"]


async def test_many_agents_are_deleted_or_exported(http: httpx2.AsyncClient) -> None:
    ids = [await make_agent(http, {**CALCULATOR, "name": "../../evil"}) for _ in range(2)]
    body = {"action": "export", "ids": [*ids, "a_none"]}
    key = {"idempotency-key": "one"}
    for _ in range(2):
        packed = await http.post(f"{V1}/agents/bulk", json=body, headers=key)
        assert packed.headers["content-type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(packed.content))
        names = [*(f"{each}.agent.yaml" for each in ids), "results.json"]
        assert archive.namelist() == names
        told = json.loads(archive.read("results.json"))
        assert [each["error"] and each["error"]["code"] for each in told] == [
            None,
            None,
            "not_found",
        ]
        assert b"math.calculate" in archive.read(names[0])
    deleted = await http.post(f"{V1}/agents/bulk", json={"action": "delete", "ids": ids})
    assert deleted.json()["done"] == 2
    assert (await http.get(f"{V1}/agents")).json()["total"] == 0


async def test_a_bulk_request_is_not_without_end(http: httpx2.AsyncClient) -> None:
    for ids in ([], [f"r_{n}" for n in range(300)]):
        refused = await http.post(f"{V1}/runs/bulk", json={"action": "cancel", "ids": ids})
        assert_error(refused, 422, "invalid_request")

"""How many runs an owner may have, and what is told to who wants more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from luban.api.app import create_app
from luban.ports.stores import Caps
from tests.api.kit import V1, application, assert_error, http_client, make_agent
from tests.services.kit import ME, memory_home

GRAPH: dict[str, Any] = {
    "luban": 1,
    "name": "Echo",
    "nodes": {"a": {"block": "io.output", "with": {"name": "a", "value": 1}}},
}


async def test_a_run_beyond_the_cap_is_refused_with_a_time_to_come_back(tmp_path: Path) -> None:
    async with (
        application(tmp_path, max_queued_runs=2) as (home, app),
        http_client(app) as http,
    ):
        agent = await make_agent(http, GRAPH)
        for _ in range(2):
            response = await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": {}})
            assert response.status_code == 201, response.text
        refused = await http.post(f"{V1}/agents/{agent}/runs", json={"inputs": {}})
        assert_error(refused, 429, "too_many_queued")
        assert int(refused.headers["retry-after"]) > 0
        again = {"idempotency-key": "order 1"}
        start = f"{V1}/agents/{agent}/runs"
        refused = await http.post(start, json={"inputs": {}}, headers=again)
        assert_error(refused, 429, "too_many_queued")
        await home.house.caps.set(ME, Caps())
        started = await http.post(start, json={"inputs": {}}, headers=again)
        assert started.status_code == 201  # a refusal for now is not what the key stands for
        other = {"x-owner": "bob"}
        assert (await http.get(f"{V1}/caps", headers=other)).json()["queued"] == 2


async def test_caps_of_ones_own_replace_the_settings(tmp_path: Path) -> None:
    async with memory_home(tmp_path, max_running_runs=3) as home:
        caps = home.house.caps
        assert await caps.get(ME) == Caps(running=3)
        own = Caps(weight=2, queued=10)
        await caps.set(ME, own)
        assert await caps.get(ME) == own
        assert await caps.reset(ME) == Caps(running=3)
        assert await caps.get(ME) == Caps(running=3)


async def test_only_who_runs_the_server_sets_caps(http: httpx2.AsyncClient) -> None:
    bob = {"x-owner": "bob"}
    refused = [
        await http.put(f"{V1}/caps", json={"queued": 5}, headers=bob),
        await http.delete(f"{V1}/caps", headers=bob),
        await http.get(f"{V1}/limits", headers=bob),
    ]
    for response in refused:
        assert_error(response, 403, "not_permitted")
    assert (await http.get(f"{V1}/caps", headers=bob)).json()["queued"] is None


async def test_who_runs_the_server_sets_caps(tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home:
        app = create_app(home.house)
        async with http_client(app) as http:
            none = {"weight": 1.0, "running": None, "queued": None}
            assert (await http.get(f"{V1}/caps")).json() == none
            wanted = {"weight": 2.0, "running": 4, "queued": 100}
            assert (await http.put(f"{V1}/caps", json=wanted)).json() == wanted
            assert (await http.get(f"{V1}/caps")).json() == wanted
            for bad in ({"running": 0}, {"weight": 0}, {"queued": -1}):
                assert_error(await http.put(f"{V1}/caps", json=bad), 422, "invalid_value")
            assert (await http.delete(f"{V1}/caps")).json() == none
            assert (await http.get(f"{V1}/limits")).json() == {"items": []}

"""`/admin/overview`: how the installation stands, for who may see it."""

from __future__ import annotations

import httpx2

from luban.server.wiring import Home
from tests.api.kit import V1, assert_error, make_agent
from tests.services.kit import CALCULATOR, ME


async def test_what_an_administrator_sees(home: Home, http: httpx2.AsyncClient) -> None:
    agent = await make_agent(http, CALCULATOR)
    run = await home.house.runs.start(ME, agent, {"a": 1, "b": 2})
    await home.house.runs.pause(ME, run.id)
    await home.house.runs.start(ME, agent, {"a": 1, "b": 2})
    answer = await http.get(f"{V1}/admin/overview")
    assert answer.status_code == 200, answer.text
    seen = answer.json()
    assert seen["queue"]["queued"] == 1 and seen["queue"]["waiting"] == 1
    assert seen["queue"]["oldest_seconds"] >= 0
    (stuck,) = seen["stuck"]
    assert stuck["id"] == run.id and stuck["reason"] == "stands" and stuck["team_id"] == ME
    assert seen["storage"]["agents"] == 1 and seen["storage"]["runs_ever"] == 2
    assert seen["health"] == "healthy" and seen["version"]
    assert seen["users"] == 0 and seen["sessions"] == 0


async def test_nobody_else_does(http: httpx2.AsyncClient) -> None:
    denied = await http.get(f"{V1}/admin/overview", headers={"x-owner": "bob"})
    assert_error(denied, 403, "not_permitted")

"""Who may run shell commands: teams of administrators, whoever started the run, not by a link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.team_kit import Person, Square, square

DOCUMENT: dict[str, Any] = {
    "luban": 1,
    "name": "Commands",
    "nodes": {
        "shell": {"block": "code.shell", "with": {"commands": "echo hi"}},
        "out": {"block": "io.output", "with": {"name": "said"}},
    },
    "links": ["shell.stdout -> out.value"],
}
CALLS = {
    "luban": 1,
    "name": "Calls",
    "nodes": {
        "below": {"block": "flow.run_agent", "with": {"agent": "Commands", "version": "latest"}},
        "out": {"block": "io.output", "with": {"name": "said"}},
    },
    "links": ["below.outputs -> out.value"],
}


@pytest.fixture
async def there(tmp_path: Path, some_box: str) -> AsyncIterator[Square]:
    async with square(tmp_path) as made:
        yield made


async def outcome(there: Square, who: Person, team: str = "", document: Any = DOCUMENT) -> Any:
    """How a run of the agent ends: its outputs, or the code of its error."""
    agent = await who.post("/agents", {"document": document}, team=team)
    run = await who.post(f"/agents/{agent['id']}/runs", {}, team=team)
    await there.home.worker.run_one(run["id"])
    return await ended(who, run["id"], team)


async def ended(who: Person, run: str, team: str = "") -> Any:
    seen = await who.get(f"/runs/{run}", team=team)
    return seen["outputs"] if seen["status"] == "completed" else seen["error"]["code"]


async def findings(who: Person, team: str = "") -> list[str]:
    answer = await who.post("/agents/check", {"document": DOCUMENT}, team=team)
    return [each["code"] for each in answer["findings"]]


async def test_an_administrator_alone_may_and_others_may_not(there: Square) -> None:
    ann, bob = await there.person("ann", "admin"), await there.person("bob")
    assert await outcome(there, ann) == {"said": "hi\n"}
    assert await findings(ann) == []
    assert await outcome(there, bob) == "code_not_permitted"
    assert await findings(bob) == ["block_not_permitted"]


async def test_a_graph_shared_with_somebody_else_runs_no_commands(there: Square) -> None:
    """Also not when the administrator starts it: others may have written what it runs."""
    ann, bob = await there.person("ann", "admin"), await there.person("bob")
    team = (await ann.post("/teams", {"name": "Workshop"}))["id"]
    assert await outcome(there, ann, team) == {"said": "hi\n"}
    await there.invited(ann, team, bob, "user")
    assert await outcome(there, ann, team) == "code_not_permitted"
    assert await outcome(there, bob, team) == "code_not_permitted"
    assert await findings(ann, team) == ["block_not_permitted"]


async def test_who_only_looks_is_no_hindrance(there: Square) -> None:
    ann, eve = await there.person("ann", "admin"), await there.person("eve")
    team = (await ann.post("/teams", {"name": "Workshop"}))["id"]
    await there.invited(ann, team, eve, "viewer")
    assert await outcome(there, ann, team) == {"said": "hi\n"}


async def test_a_link_that_anybody_may_hold_runs_none(there: Square) -> None:
    ann = await there.person("ann", "admin")
    commands = await ann.post("/agents", {"document": DOCUMENT})
    calls = await ann.post("/agents", {"document": CALLS})
    for agent in (commands, calls):
        shared = {"resource": "agent", "resource_id": agent["id"], "scopes": ["run"]}
        token = (await ann.post("/links", shared))["token"]
        async with there.browser() as visitor:
            started = await visitor.post(f"/api/v1/shared/{token}/runs", json={"inputs": {}})
        assert started.status_code < 300, started.text
    await there.home.start_worker()
    async with asyncio.timeout(20):
        while True:
            runs = (await ann.get("/runs"))["items"]
            if len(runs) == 3 and all(each["status"] == "failed" for each in runs):
                break
            await asyncio.sleep(0.05)
    assert sorted(each["error"]["code"] for each in runs) == [
        *("child_run_failed", "code_not_permitted", "code_not_permitted"),
    ]


async def test_administrators_see_the_boxes(there: Square, some_box: str) -> None:
    ann, bob = await there.person("ann", "admin"), await there.person("bob")
    told = {each["name"]: each for each in (await ann.get("/admin/overview"))["code"]}
    assert list(told) == ["subset", "full", "javascript", "shell"]
    assert told["full"]["on"] and told["full"]["by"] == some_box
    assert (await bob.ask("GET", "/admin/overview")).status_code == 403


@pytest.mark.parametrize(
    ("settings", "off"),
    [
        ({"code": "off"}, {"subset", "full", "javascript", "shell"}),
        ({"code": "subset"}, {"full", "javascript", "shell"}),
        ({"code_shell": "off"}, {"shell"}),
    ],
)
async def test_what_an_administrator_turned_off_is_off(
    tmp_path: Path, some_box: str, settings: dict[str, str], off: set[str]
) -> None:
    async with square(tmp_path, **settings) as there:
        ann = await there.person("ann", "admin")
        told = (await ann.get("/admin/overview"))["code"]
        assert {each["name"] for each in told if not each["on"]} == off
        assert all("administrator" in each["reason"] for each in told if not each["on"])
        assert await outcome(there, ann) == "sandbox_off"

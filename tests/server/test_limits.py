"""Runs of a whole installation at a server that says "not now"."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from luban.model.errors import InvalidValue
from luban.server.settings import read_settings
from luban.server.wiring import open_home
from tests.net.limits.door import Door, in_seconds, standing
from tests.services.kit import ME, agent_of, memory_home

ASKS: dict[str, Any] = {
    "luban": 1,
    "name": "Asks",
    "nodes": {
        "ask": {"block": "web.http_request"},
        "status": {"block": "io.output", "with": {"name": "status"}},
    },
    "links": ["ask.status -> status.value"],
}


async def test_a_run_waits_because_another_was_refused_and_says_so(tmp_path: Path) -> None:
    async with (
        standing(Door([in_seconds(3)])) as door,
        memory_home(tmp_path, allow_hosts=("loopback",)) as home,
    ):
        await home.worker.start()
        nodes = {**ASKS["nodes"], "ask": {"block": "web.http_request", "with": {"url": door.url}}}
        agent = await agent_of(home, {**ASKS, "nodes": nodes})
        seen: list[Any] = []
        texts: list[str] = []
        for _ in range(2):
            run = await home.house.runs.start(ME, agent, {})
            async for event in await home.house.run_events.open(ME, run.id):
                if event.kind == "step_progress":
                    texts.append(event.values["text"])
            seen.append((await home.house.runs.get(ME, run.id)).outputs["status"])
        assert seen == [429, 200]
        assert min(door.after(door.refused_at[0])) >= 2.99
        assert texts[0].startswith("waits for 127.0.0.1:")
        assert texts[-1] == ""


async def test_a_bad_limit_ends_the_start(tmp_path: Path) -> None:
    settings = read_settings(
        {"database_url": "memory:"},
        environment={"LUBAN_HOME": str(tmp_path), "LUBAN_LIMITS": '{"a.test": {"concurrent": -1}}'},
        folder=tmp_path,
    )
    with pytest.raises(InvalidValue, match=r"limits\.a\.test\.concurrent"):
        async with open_home(settings):
            pass

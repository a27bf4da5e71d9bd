"""Whoever follows an owner's runs hears of each change once, whoever made it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from luban.services.agents import AgentDraft
from tests.services.kit import CALCULATOR, ME, SHE, memory_home


async def test_every_end_of_ones_own_runs_is_told(tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home:
        agent = await home.house.agents.create(ME, AgentDraft(document=CALCULATOR))
        hers = await home.house.agents.create(SHE, AgentDraft(document=CALCULATOR))
        told: list[tuple[str, str]] = []
        wanted = 20

        async def follow() -> None:
            async for run in home.house.run_news.follow(ME):
                told.append((run.id, run.status.value))
                if sum(status == "completed" for _, status in told) == wanted:
                    return

        following = asyncio.create_task(follow())
        await asyncio.sleep(0)
        await home.worker.start()
        started = [
            await home.house.runs.start(ME, agent.id, {"a": n, "b": 1}) for n in range(wanted)
        ]
        await home.house.runs.start(SHE, hers.id, {"a": 1, "b": 1})
        async with asyncio.timeout(20):
            await following
        assert {run for run, _ in told} == {run.id for run in started}
        assert len(told) == len(set(told))


async def test_a_cancelled_run_wakes_who_waits_for_it(tmp_path: Path) -> None:
    async with memory_home(tmp_path) as home:
        agent = await home.house.agents.create(ME, AgentDraft(document=CALCULATOR))
        run = await home.house.runs.start(ME, agent.id, {"a": 1, "b": 1})
        waiting = asyncio.create_task(home.house.run_news.wait(run, 60))
        await asyncio.sleep(0)
        await home.house.runs.cancel(ME, run.id)
        async with asyncio.timeout(20):
            assert (await waiting).status == "cancelled"

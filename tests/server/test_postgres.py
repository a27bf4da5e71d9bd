"""Two installations on one PostgreSQL: what one is asked for, the other may do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest

from luban.model.run import RunStatus
from luban.server.settings import Settings
from luban.server.wiring import Home, open_home
from luban.services.agents import AgentDraft
from tests.databases import ready_database

pytestmark = pytest.mark.network

OWNER = "local"
AGENT = """
luban: 1
name: Shout
nodes:
  word: {block: io.input, with: {name: word}}
  loud: {block: text.change_case, with: {operation: upper}}
  out: {block: io.output, with: {name: loud}}
links: [word.value -> loud.text, loud.processed_text -> out.value]
"""


@pytest.fixture
async def homes(postgres_address: str, tmp_path: Path) -> AsyncIterator[list[Home]]:
    async with ready_database(postgres_address) as url, AsyncExitStack() as closing:
        yield [
            await closing.enter_async_context(
                open_home(Settings(home=tmp_path / str(number), database_url=url))
            )
            for number in range(2)
        ]


async def test_a_run_started_here_runs_there_and_is_followed_here(homes: list[Home]) -> None:
    asked, working = homes
    await working.worker.start()
    agent = await asked.house.agents.create(OWNER, AgentDraft(text=AGENT))
    took: list[float] = []
    for _ in range(5):
        began = monotonic()
        run = await asked.house.runs.start(OWNER, agent.id, {"word": "luban"}, trigger="test")
        async with asyncio.timeout(20):
            stream = await asked.house.run_events.open(OWNER, run.id)
            kinds = [event.kind async for event in stream if event.id is not None]
        took.append(monotonic() - began)
        assert kinds[0] == "run_started" and kinds[-1] == "run_ended"
        ended = await asked.house.runs.get(OWNER, run.id)
        assert ended.status is RunStatus.COMPLETED
        assert ended.outputs == {"loud": "LUBAN"}
    assert min(took) < 0.9  # by polling alone it would be more


async def test_a_run_is_handed_over_when_its_worker_stops(homes: list[Home]) -> None:
    leaving, staying = homes
    agent = await leaving.house.agents.create(OWNER, AgentDraft(text=AGENT))
    run = await leaving.house.runs.start(OWNER, agent.id, {"word": "luban"}, trigger="test")
    await leaving.worker.start()
    await leaving.worker.stop()
    await staying.worker.start()
    async with asyncio.timeout(20):
        stream = await staying.house.run_events.open(OWNER, run.id)
        assert [event.kind async for event in stream if event.id is not None][-1] == "run_ended"

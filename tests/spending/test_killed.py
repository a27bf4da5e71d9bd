"""What a killed worker spent counts for the limit of its run, and stands in the account."""

from __future__ import annotations

import asyncio
from pathlib import Path

from luban.client import Client
from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import scripted_server
from luban.model.run import RunStatus
from tests.server.kit import server
from tests.spending.kit import BLOCKS, TOKENS, asking

LIMIT, TIMES = 1000, 8
"""Once through takes less than the limit, and once through with what was spent before, more."""


async def test_what_was_spent_before_a_kill_is_spent(tmp_path: Path) -> None:
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    (blocks / "asking.py").write_text(BLOCKS, encoding="utf-8")
    async with scripted_server([Reply(text="yes", usage=TOKENS, delay=0.05)]) as model:
        variables = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/gpt-5-mini",
        }
        with server(tmp_path, **variables) as first:
            async with first.client() as client:
                document = asking("test.plain", TIMES, limits={"tokens": LIMIT})
                agent = await client.agents.create(document=document)
                run = await client.runs.start(agent.id)
                async with asyncio.timeout(30):
                    while len(model.requests) < 5:  # noqa: ASYNC110 - the model tells nobody
                        await asyncio.sleep(0.01)
                first.kill()
        before = len(model.requests)
        with server(tmp_path, **variables) as second:
            async with second.client() as client:
                await _stands_still(client, run.id)
                seen = await client.runs.get(run.id)
                used = await client.budgets.usage()
    assert seen.status is RunStatus.WAITING
    assert seen.waiting_for[0].details["what"] == "tokens"
    assert seen.tokens == used.total.tokens == LIMIT
    lost = len(model.requests) - LIMIT // sum(TOKENS)
    assert 0 <= lost <= 1  # only the call that was in flight
    assert before >= 5


async def _stands_still(client: Client, run: str) -> None:
    async with asyncio.timeout(30):
        while (await client.runs.get(run)).status is not RunStatus.WAITING:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

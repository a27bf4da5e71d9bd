"""A process that finishes a run and is killed before, or while, it tells a webhook of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from luban.server.settings import Settings
from luban.server.wiring import open_home
from luban.services.agents import AgentDraft
from luban.services.webhooks import WebhookDraft
from tests.services.kit import CALCULATOR, ME


async def main(home_folder: str, database: str, url: str, when: str) -> None:
    settings = Settings(
        home=Path(home_folder), database_url=database, allow_hosts=("loopback",), blocks_path=()
    )
    async with open_home(settings) as home:
        draft = WebhookDraft(url=url, events=["run.completed"])
        made = await home.house.webhooks.create(ME, draft)
        agent = await home.house.agents.create(ME, AgentDraft(document=CALCULATOR))
        run = await home.house.runs.start(ME, agent.id, {"a": 1, "b": 2})
        await home.worker.run_one(run.id)
        sys.stdout.write(f"{made.webhook.id} {run.id} {made.secret}\n")
        sys.stdout.flush()
        if when == "during":
            await home.sending.go_on()  # until the test kills this process
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

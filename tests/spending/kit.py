"""An open home whose model is a scripted server, and agents that ask it often."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from luban.llm.scripted.script import Reply
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.model.run import Run
from luban.server.wiring import Home
from tests.services.kit import ME, agent_of, memory_home

BLOCKS = '''
"""Blocks that ask the model often."""
import asyncio

from luban.sdk import ChatMessage, Context, block


async def say(ctx: Context, text: str) -> str:
    return (await ctx.llm.chat("", [ChatMessage("user", text)], max_tokens=100)).text


@block(id="test.loop")
async def loop(times: int, ctx: Context) -> list:
    """Asks one after the other, each call a piece that is not made twice."""
    return [
        await ctx.step("say", lambda n=n: say(ctx, f"question {n}"), key=f"n{n}")
        for n in range(times)
    ]


@block(id="test.together")
async def together(times: int, ctx: Context) -> list:
    """Asks all at once."""
    return await asyncio.gather(
        *(
            ctx.step("say", lambda n=n: say(ctx, f"question {n}"), key=f"n{n}")
            for n in range(times)
        )
    )


@block(id="test.plain")
async def plain(times: int, ctx: Context) -> list:
    """Asks one after the other, and remembers nothing."""
    return [await say(ctx, f"question {n}") for n in range(times)]
'''
TOKENS = (60, 40)
"""What each answer takes, of input and output."""
PRICED = {"input_usd": 1000.0, "output_usd": 1000.0}
"""An answer costs 0.1 dollars."""


@dataclass
class Asking:
    """The home, and the model its agents ask."""

    home: Home
    server: ScriptedModel

    @property
    def asked(self) -> list[str]:
        """The questions, in order."""
        return [each.body["messages"][-1]["content"] for each in self.server.requests]

    async def run(self, agent: str) -> Run:
        """A run until it ends or stands still."""
        return await self.go_on((await self.home.house.runs.start(ME, agent, {})).id)

    async def go_on(self, run: str, **limits: float) -> Run:
        """The same for a run; with limits it is resumed first."""
        if limits:
            await self.home.house.runs.resume(ME, run, limits)
        await self.home.worker.run_one(run)
        return await self.home.house.runs.get(ME, run)

    async def agent(self, block: str, times: int, **more: Any) -> str:
        return await agent_of(self.home, asking(block, times, **more))


def asking(
    block: str,
    times: int,
    *,
    limits: dict[str, Any] | None = None,
    node_limits: dict[str, Any] | None = None,
    name: str = "Asking",
) -> dict[str, Any]:
    """An agent with one node that asks."""
    node: dict[str, Any] = {"block": block, "with": {"times": times}}
    return {
        "luban": 1,
        "name": name,
        "nodes": {
            "ask": node | ({"limits": node_limits} if node_limits else {}),
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["ask.result -> result.value"],
        "settings": {"limits": limits or {}},
    }


@asynccontextmanager
async def asking_home(folder: Path, *replies: Reply, **more: Any) -> AsyncIterator[Asking]:
    price = more.pop("price", PRICED)
    blocks = folder / "blocks"
    blocks.mkdir(exist_ok=True)
    (blocks / "asking.py").write_text(BLOCKS, encoding="utf-8")
    script = replies or (Reply(text="yes", usage=TOKENS),)
    async with scripted_server(script) as server:
        row = {"id": "test/m", "base_url": server.base_url, "api_key": "k", "default": True}
        async with memory_home(folder, models=({**row, **price},), **more) as home:
            yield Asking(home, server)


@contextmanager
def serving(*replies: Reply) -> Iterator[ScriptedModel]:
    """A scripted server in a thread, for tests that are not asynchronous."""
    found: Queue[ScriptedModel] = Queue()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def serve() -> None:
        async with scripted_server(replies) as server:
            found.put(server)
            await over.wait()

    thread = Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        yield found.get(timeout=30)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()

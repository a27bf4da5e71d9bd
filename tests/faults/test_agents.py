"""An agent at work on twelve steps whose worker is killed, between calls and in the middle."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from luban.llm.scripted.script import Reply, ReplyCall
from luban.llm.scripted.server import ScriptedModel, scripted_server
from luban.model.run import RunStatus
from tests.databases import ready_database
from tests.server.kit import ServerProcess

STEPS = 12
PAIR = 8
"""With the step after it, asked for by one decision, and done side by side."""
PATIENCE = 60.0
_DID = re.compile(r"did (\d+)\.")


@dataclass(frozen=True)
class Kill:
    """When the worker dies: while a tool works, while the model answers, or just after a tool."""

    where: Literal["tool", "model", "after"]
    step: int


@dataclass
class Tool:
    """A service that counts what it is asked to do, and lets the worker die meanwhile."""

    kills: list[Kill]
    port: int = 0
    done: Counter[int] = field(default_factory=Counter[int])
    fatal: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Tool]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        number = int(re.search(r"n=(\d+)", head)[1])  # type: ignore[index]
        self.done[number] += 1
        if self._dies("tool", number):
            await reader.read()  # until its client is dead
        else:
            body = f"did {number}.".encode()
            told = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}"
            writer.write(f"{told}\r\nConnection: close\r\n\r\n".encode() + body)
            await writer.drain()
            self._dies("after", number)
        writer.close()

    def _dies(self, where: str, step: int) -> bool:
        """Whether it is time; told once."""
        if not self.kills or (self.kills[0].where, self.kills[0].step) != (where, step):
            return False
        self.kills.pop(0)
        self.fatal.set()
        return True

    def asked(self, model: ScriptedModel) -> Counter[int]:
        """How often the model was asked for each decision."""
        found: Counter[int] = Counter()
        for request in model.requests:
            last = str(request.body["messages"][-1]["content"])
            told = _DID.findall(last)
            found[int(told[-1]) + 1 if told else 1] += 1
        return found

    async def next_death(self, model: ScriptedModel) -> None:
        """Returns when the worker is to die."""
        async with asyncio.timeout(PATIENCE):
            while not self.fatal.is_set():
                await asyncio.sleep(0.002)
                step = self.kills[0].step if self.kills else 0
                if self.asked(model)[step]:
                    self._dies("model", step)
        self.fatal.clear()


def replies(address: str, kills: list[Kill]) -> list[Reply]:
    """One call after the other; slowly where the worker is to die meanwhile, the first time."""
    found: list[Reply] = []
    for step in range(STEPS + 1, 0, -1):
        if step == PAIR + 1:
            continue
        after = f"did {step - 1}." if step > 1 else ""
        wanted = (step, step + 1) if step == PAIR else (step,)
        calls = tuple(
            ReplyCall(name="work", arguments={"url": f"{address}?n={each}"}) for each in wanted
        )
        told = {"calls": calls} if step <= STEPS else {"text": "All twelve are done."}
        reply = Reply.model_validate({"after": after, "usage": (10, 5), **told})
        if Kill("model", step) in kills:
            found.append(reply.model_copy(update={"delay": 5.0, "times": 1}))
        found.append(reply)
    return found


def document() -> dict[str, Any]:
    return {
        "luban": 1,
        "name": "Twelve steps",
        "nodes": {
            "goal": {"block": "io.input_text", "with": {"name": "goal", "value": "Do all"}},
            "work": {"block": "web.http_request"},
            "agent": {"block": "ai.agent", "with": {"max_steps": 30}},
            "answer": {"block": "io.output", "with": {"name": "answer"}},
            "usage": {"block": "io.output", "with": {"name": "usage"}},
        },
        "links": [
            "goal.value -> agent.goal",
            "work.as_tool -> agent.tools",
            "agent.answer -> answer.value",
            "agent.usage -> usage.value",
        ],
    }


async def suffer(folder: Path, kills: list[Kill], **settings: str) -> None:
    """Has all twelve steps done while workers die, and looks at what both sides counted."""
    tool = Tool(list(kills))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(tool.running())
        address = f"http://127.0.0.1:{tool.port}/"
        model = await stack.enter_async_context(scripted_server(replies(address, kills)))
        settings |= {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "k",
            "LUBAN_MODEL": "openai/m",
            "LUBAN_ALLOW_HOSTS": f"127.0.0.1:{tool.port}",
        }
        alive = await asyncio.to_thread(ServerProcess, folder, **settings)
        stack.callback(lambda: alive.kill())
        async with alive.client() as luban:
            agent = await luban.agents.create(document=document())
            run = await luban.runs.start(agent.id)
        for _ in kills:
            await tool.next_death(model)
            alive.kill()
            alive = await asyncio.to_thread(ServerProcess, folder, **settings)
        async with alive.client() as luban:
            ended = await luban.runs.wait(run.id, timeout=PATIENCE)
            assert ended.status is RunStatus.COMPLETED, ended.error
    assert ended.outputs["answer"] == "All twelve are done."
    assert ended.outputs["usage"]["calls"] == STEPS  # what was paid for and lost is not told
    asked = tool.asked(model)
    for step in range(1, STEPS + 1):
        hit = sum(kill.step == step and kill.where != "model" for kill in kills)
        beside = step == PAIR and Kill("tool", PAIR + 1) in kills
        assert 1 <= tool.done[step] <= 1 + hit + beside, (step, tool.done)
        assert tool.done[step] >= 1 + hit or Kill("after", step) in kills
    for step in {*range(1, STEPS + 2)} - {PAIR + 1}:
        hit = Kill("model", step) in kills
        soon = Kill("after", step - 1) in kills
        assert 1 + hit <= asked[step] <= 1 + hit + soon, (step, asked)


async def test_no_call_is_made_or_paid_for_twice_but_the_one_in_flight(tmp_path: Path) -> None:
    kills = [
        Kill("model", 1),
        Kill("tool", 3),
        Kill("after", 4),
        Kill("model", 7),
        Kill("tool", 9),
        Kill("tool", 12),
    ]
    await suffer(tmp_path, kills)


@pytest.mark.network
async def test_nor_on_postgresql(postgres_address: str, tmp_path: Path) -> None:
    async with ready_database(postgres_address) as url:
        kills = [Kill("tool", 2), Kill("model", 6)]
        await suffer(tmp_path, kills, LUBAN_DATABASE_URL=url, LUBAN_LEASE="2")

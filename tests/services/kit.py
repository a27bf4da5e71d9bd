"""An open home in memory, small agents, and blocks that wait to be let go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from luban.model.run import Run
from luban.server.database import MEMORY
from luban.server.settings import Settings
from luban.server.wiring import Home, open_home
from luban.services.agents import AgentDraft
from luban.services.runs import is_over

ME, SHE = "local", "somebody-else"

CALCULATOR: dict[str, Any] = {
    "luban": 1,
    "name": "Calculator",
    "nodes": {
        "a": {"block": "io.input_number", "with": {"name": "a"}},
        "b": {"block": "io.input_number", "with": {"name": "b", "minimum": 0}},
        "add": {"block": "math.calculate", "with": {"operation": "add"}},
        "result": {"block": "io.output", "with": {"name": "result"}},
    },
    "links": ["a.value -> add.a", "b.value -> add.b", "add.result -> result.value"],
}

TALKER: dict[str, Any] = {
    "luban": 1,
    "nodes": {
        "message": {"block": "io.input_text", "with": {"name": "message"}},
        "answer": {"block": "io.output", "with": {"name": "answer"}},
    },
    "links": ["message.value -> answer.value"],
}

SIGNALS = '''
"""Blocks that write down that they ran, and wait for a file before they go on."""
import asyncio
from pathlib import Path

from luban.sdk import Context, block


@block(id="test.note_down")
async def note_down(value: str, file: str, ctx: Context) -> str:
    """Writes a line, then waits a moment."""
    with open(file, "a") as out:
        out.write(f"{ctx.node_id}\\n")
    await asyncio.sleep(0.05)
    return value


@block(id="test.wait_for")
async def wait_for(value: str, file: str, ctx: Context) -> str:
    """Waits until the file is there."""
    ctx.progress(1, 2, "waiting")
    while not Path(file).exists():
        await asyncio.sleep(0.01)
    return value


@block(id="test.ask")
async def ask(value: str, ctx: Context) -> str:
    """Asks a person whether it may go on."""
    form = {"type": "object", "properties": {"amount": {"type": "integer", "title": "Amount"}}}
    answer = await ctx.ask(f"Send {value}?", choices=["yes", "no"], details={"form": form})
    return f"{answer.choice} {answer.comment} {answer.values.get('amount')}".strip()


@block(id="test.wait_for_signal")
async def wait_for_signal(value: str, ctx: Context) -> dict:
    """Gives what the signal brings."""
    return {"value": value, "brought": await ctx.wait_for("paid")}


@block(id="test.fail")
async def fail(value: str) -> str:
    """Always breaks."""
    raise ValueError("it is broken")
'''


def waiting(file: Path) -> dict[str, Any]:
    """An agent whose middle step waits for a file."""
    return {
        "luban": 1,
        "name": "Waiting",
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}},
            "wait": {"block": "test.wait_for", "with": {"file": str(file)}},
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["text.value -> wait.value", "wait.result -> result.value"],
    }


def one_step(block: str) -> dict[str, Any]:
    """An agent that hands a text to one block."""
    return {
        "luban": 1,
        "name": "One step",
        "nodes": {
            "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}},
            "work": {"block": block},
            "result": {"block": "io.output", "with": {"name": "result"}},
        },
        "links": ["text.value -> work.value", "work.result -> result.value"],
    }


async def run_until_it_waits(
    home: Home, document: dict[str, Any], kind: str, owner: str = ME
) -> Run:
    """A run of a new agent, as soon as something in it waits for this; the worker is at work."""
    run = await home.house.runs.start(owner, await agent_of(home, document, owner), {})
    following = await home.house.run_events.open(owner, run.id)
    async for event in following:
        run = await home.house.runs.get(owner, run.id)
        if any(wait.kind == kind for wait in run.waiting_for):
            await following.aclose()
            return run
        assert event.kind != "run_ended", run.error
    raise AssertionError(kind)


def chain(length: int, file: Path) -> dict[str, Any]:
    """An agent of many steps, each of which leaves a line in a file."""
    nodes: dict[str, Any] = {
        "text": {"block": "io.input_text", "with": {"name": "text", "value": "hello"}}
    }
    links, before = [], "text.value"
    for i in range(length):
        nodes[f"n{i}"] = {"block": "test.note_down", "with": {"file": str(file)}}
        links.append(f"{before} -> n{i}.value")
        before = f"n{i}.result"
    nodes["result"] = {"block": "io.output", "with": {"name": "result"}}
    return {
        "luban": 1,
        "name": "Chain",
        "nodes": nodes,
        "links": [*links, f"{before} -> result.value"],
    }


def block_folder(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "signals.py").write_text(SIGNALS, encoding="utf-8")
    return folder


@asynccontextmanager
async def memory_home(folder: Path, **settings: Any) -> AsyncIterator[Home]:
    chosen: dict[str, Any] = {
        "home": folder,
        "database_url": MEMORY,
        "blocks_path": (block_folder(folder / "blocks"),),
        **settings,
    }
    async with open_home(Settings(**chosen)) as home:
        yield home


async def agent_of(home: Home, document: dict[str, Any], owner: str = ME) -> str:
    return (await home.house.agents.create(owner, AgentDraft(document=document))).id


async def over(home: Home, run_id: str, owner: str = ME) -> Run:
    """The run once it has ended."""
    async for _ in await home.house.run_events.open(owner, run_id):
        pass
    run = await home.house.runs.get(owner, run_id)
    assert is_over(run)
    return run

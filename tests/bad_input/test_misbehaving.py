"""Blocks that misbehave in a running server: each ends in words, and others do not notice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client
from luban.model.run import RunStatus
from tests.bad_input.answers import is_chinese
from tests.server.kit import ServerProcess, server
from tests.services.kit import CALCULATOR

BLOCKS = '''
import asyncio, re, sys, time
from luban.sdk import Block, BlockInput, BlockOutput, Emit, block


@block(id="bad.loop")
async def loop(value: str = "") -> str:
    while True:
        pass


@block(id="bad.sleep")
async def sleep(value: str = "") -> str:
    await asyncio.gather(asyncio.sleep(0), inside())


async def inside():
    time.sleep(1e6)


@block(id="bad.pattern")
async def pattern(value: str = "") -> str:
    return str(re.match(r"(a+)+$", "a" * 60 + "b"))


@block(id="bad.exit")
async def leave(value: str = "") -> str:
    sys.exit(3)


@block(id="bad.thread", timeout=0.2)
def thread(value: str = "") -> str:
    time.sleep(1e6)


@block(id="bad.stubborn", timeout=0.2)
async def stubborn(value: str = "") -> str:
    while True:
        try:
            await asyncio.sleep(1e6)
        except asyncio.CancelledError:
            pass


@block(id="bad.deaf")
async def deaf(value: str = "") -> str:
    while True:
        try:
            await asyncio.sleep(1e6)
        except asyncio.CancelledError:
            pass


@block(id="bad.cleanup", timeout=0.2)
async def cleanup(value: str = "") -> str:
    try:
        await asyncio.sleep(1e6)
    finally:
        raise RuntimeError("in cleanup")


@block(id="bad.large")
async def large(value: str = "") -> str:
    return "x" * (1 << 30)


class Numbers(Block):
    """Ten million values."""

    id = "bad.numbers"

    class Input(BlockInput):
        value: str = ""

    class Output(BlockOutput):
        item: int = Emit("One after the other.")

    async def run(self, input: Input):
        for number in range(10_000_000):
            yield "item", number
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    blocks = tmp_path / "blocks"
    blocks.mkdir()
    (blocks / "bad.py").write_text(BLOCKS)
    return tmp_path


def agent(block_id: str) -> dict[str, Any]:
    return {"luban": 1, "name": block_id, "nodes": {"odd": {"block": block_id}}, "links": []}


def running(folder: Path) -> Any:
    return server(folder, LUBAN_BLOCKED_LIMIT="1", LUBAN_MAX_EMISSIONS="2000")


async def start(client: Client, document: dict[str, Any], inputs: Any = None) -> str:
    kept = await client.agents.create(document=document)
    return (await client.runs.start(kept.id, inputs or {})).id


async def others(client: Client, stop: asyncio.Event) -> list[RunStatus]:
    """Runs of another agent, one after the other, until it is enough."""
    kept = await client.agents.create(document=CALCULATOR)
    ended: list[RunStatus] = []
    while not stop.is_set() or not ended:
        run = await client.runs.start(kept.id, {"a": 2, "b": 3})
        ended.append((await client.runs.wait(run.id, timeout=30)).status)
    return ended


CASES = {
    "bad.loop": "blocks_the_loop",
    "bad.sleep": "blocks_the_loop",
    "bad.pattern": "blocks_the_loop",
    "bad.exit": "block_crashed",
    "bad.thread": "timed_out",
    "bad.stubborn": "timed_out",
    "bad.cleanup": "timed_out",
    "bad.large": "output_too_large",
    "bad.numbers": "too_many_emissions",
}


async def test_each_ends_in_words_and_the_others_do_not_notice(folder: Path) -> None:
    with running(folder) as process:
        async with process.client() as client:
            stop = asyncio.Event()
            beside = asyncio.create_task(others(client, stop))
            runs = {block_id: await start(client, agent(block_id)) for block_id in CASES}
            for block_id, code in CASES.items():
                run = await client.runs.wait(runs[block_id], timeout=60)
                assert run.status is RunStatus.FAILED, block_id
                assert run.error is not None
                assert (run.error["code"], run.error["node"]) == (code, "odd")
                assert run.error["block"] == block_id
                assert is_chinese(run.error["message_zh"])
            stop.set()
            ended = await beside
            assert set(ended) == {RunStatus.COMPLETED}
            seen = {(each.code, each.block) for each in await client.findings()}
            assert {
                ("holds_the_loop", "bad.loop"),
                ("holds_the_loop", "bad.pattern"),
                ("thread_goes_on", "bad.thread"),
                ("would_not_stop", "bad.stubborn"),
            } <= seen
        assert memory_of(process) < 600 << 20
        assert process.stop()[0] == 0  # what hangs does not keep the server from ending


async def test_a_run_is_cancelled_though_its_block_is_deaf(folder: Path) -> None:
    with running(folder) as process:
        async with process.client() as client:
            run_id = await start(client, agent("bad.deaf"))
            while True:
                if (await client.runs.get(run_id)).status is RunStatus.RUNNING:
                    break
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
            await client.runs.cancel(run_id)
            run = await client.runs.wait(run_id, timeout=30)
            assert run.status is RunStatus.CANCELLED
            (found,) = [each for each in await client.findings() if each.block == "bad.deaf"]
            assert (found.code, found.node, found.run_id) == ("would_not_stop", "odd", run_id)
        assert process.stop()[0] == 0


def memory_of(process: ServerProcess) -> int:
    pages = Path(f"/proc/{process.process.pid}/statm").read_text().split()[1]
    return int(pages) * 4096

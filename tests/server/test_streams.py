"""The event stream over real connections that break, and from another process on the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from luban.client import Client, Event
from tests.databases import ready_database
from tests.server.kit import ServerProcess, server

ITEMS = 2500
WHOLE = "".join(f"{number} " for number in range(2000)) + "x" * 20_000
CHATTER = '''
"""A block that talks: pieces of text, and the whole at the end."""
import asyncio
from pathlib import Path

from luban.sdk import Context, block


@block(id="test.chatter")
async def chatter(pieces: int, file: str, ctx: Context) -> str:
    """Writes numbers, one piece each, as soon as the file is there."""
    while not Path(file).exists():
        ctx.progress(0, None, "ready")
        await asyncio.sleep(0.02)
    words = [f"{number} " for number in range(pieces)]
    for number, word in enumerate(words):
        ctx.delta("result", word)
        if number % 20 == 0:
            await asyncio.sleep(0.002)
    ctx.delta("result", "x" * 20_000)
    return "".join(words)
'''


def counting() -> dict[str, Any]:
    """A body done thousands of times."""
    return {
        "luban": 1,
        "name": "Count",
        "nodes": {
            "items": {"block": "io.input", "with": {"name": "items", "type": "list"}},
            "each": {
                "body": {
                    "mode": "map",
                    "over": "item",
                    "nodes": {
                        "item": {"block": "io.input", "with": {"name": "item"}},
                        "loud": {"block": "text.change_case", "with": {"operation": "upper"}},
                        "out": {"block": "io.output", "with": {"name": "loud"}},
                    },
                    "links": ["item.value -> loud.text", "loud.processed_text -> out.value"],
                }
            },
        },
        "links": ["items.value -> each.item"],
        "settings": {"limits": {"steps": 100_000}},
    }


def talking(pieces: int, gate: Path) -> dict[str, Any]:
    return {
        "luban": 1,
        "name": "Talk",
        "nodes": {
            "talk": {"block": "test.chatter", "with": {"pieces": pieces, "file": str(gate)}},
            "out": {"block": "io.output", "with": {"name": "said"}},
        },
        "links": ["talk.result -> out.value"],
    }


def with_chatter(folder: Path) -> Path:
    (folder / "blocks").mkdir(parents=True, exist_ok=True)
    (folder / "blocks" / "chatter.py").write_text(CHATTER, encoding="utf-8")
    return folder


async def in_parts(luban: Client, run: str, part: int) -> AsyncIterator[Event]:
    """The events of a run over connections that break after every `part` recorded events."""
    after = 0
    while True:
        count = 0
        async with aclosing(luban.runs.events(run, after)) as events:
            async for event in events:
                yield event
                if event.kind == "run_ended":
                    return
                if event.id is not None:
                    after, count = event.id, count + 1
                if count == part:
                    break


async def recorded(events: AsyncIterator[Event]) -> list[tuple[int, str]]:
    return [(event.id, event.kind) async for event in events if event.id is not None]


async def follow_everywhere(writing: ServerProcess, reading: ServerProcess) -> None:
    """Starts a run of thousands of events and follows it in many ways; all hear the same."""
    async with writing.client() as here, reading.client() as there, asyncio.timeout(150):
        agent = await here.agents.create(document=counting())
        run = await here.runs.start(agent.id, {"items": [f"n{i}" for i in range(ITEMS)]})
        heard = await asyncio.gather(
            recorded(in_parts(here, run.id, 97)),
            recorded(in_parts(there, run.id, 331)),
            recorded(here.runs.events(run.id)),
            recorded(there.runs.events(run.id)),
        )
        whole = await recorded(there.runs.events(run.id))
    assert len(whole) > 2 * ITEMS
    assert [id for id, _ in whole] == sorted({id for id, _ in whole})
    assert heard == [whole] * 4


async def texts(luban: Client, run: str, ready: asyncio.Barrier) -> tuple[str, list[str]]:
    """What a reader can put together of a text, and its pieces; it begins when all listen."""
    known, pieces, listening = "", list[str](), False
    async for event in luban.runs.events(run):
        if event.kind == "step_progress" and not listening:
            listening = True
            await ready.wait()
        if event.kind == "step_delta":
            assert event.id is None
            known = known.ljust(event.values["offset"], "?") + event.values["text"]
            pieces.append(event.values["text"])
    return known, pieces


async def open_for_all(ready: asyncio.Barrier, gate: Path) -> None:
    await ready.wait()
    gate.touch()


async def test_a_stream_that_breaks_again_and_again_has_no_gap(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        await follow_everywhere(running, running)


async def test_texts_come_in_few_pieces(tmp_path: Path) -> None:
    with server(with_chatter(tmp_path)) as running:
        async with running.client() as luban, asyncio.timeout(60):
            agent = await luban.agents.create(document=talking(2000, tmp_path / "go"))
            run = await luban.runs.start(agent.id)
            ready = asyncio.Barrier(2)
            (known, pieces), _ = await asyncio.gather(
                texts(luban, run.id, ready), open_for_all(ready, tmp_path / "go")
            )
    assert known == WHOLE
    assert len(pieces) < 200


@pytest.fixture
async def two(postgres_address: str, tmp_path: Path) -> AsyncIterator[list[ServerProcess]]:
    async with ready_database(postgres_address) as url:
        with (
            server(with_chatter(tmp_path / "one"), DATABASE_URL=url) as one,
            server(with_chatter(tmp_path / "two"), DATABASE_URL=url) as two,
        ):
            yield [one, two]


@pytest.mark.network
async def test_two_processes_tell_the_same(two: list[ServerProcess]) -> None:
    await follow_everywhere(*two)


@pytest.mark.network
async def test_long_texts_reach_the_other_process(two: list[ServerProcess], tmp_path: Path) -> None:
    one, other = two
    async with one.client() as luban, other.client() as there, asyncio.timeout(90):
        agent = await luban.agents.create(document=talking(2000, tmp_path / "go"))
        run = await luban.runs.start(agent.id)
        ready = asyncio.Barrier(3)
        (here, _), (elsewhere, _), _ = await asyncio.gather(
            texts(luban, run.id, ready),
            texts(there, run.id, ready),
            open_for_all(ready, tmp_path / "go"),
        )
    assert here == WHOLE
    assert elsewhere == WHOLE

"""A PostgreSQL database that workers suffer on, and what may not have happened in the end."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from tests.databases import command
from tests.faults.aftermath import random_values
from tests.faults.graphs import cases
from tests.faults.ledger import Ledger, Note
from tests.faults.nursery import World
from tests.faults.places import opened, store_runs
from tests.faults.test_zombie import Zombie

LEASE = 6.0
PATIENCE = 120.0
GRAPHS = len(cases())


class Scene:
    """A database, and what was noted outside of it."""

    def __init__(self, url: str, folder: Path, world: World) -> None:
        self.url = url
        self.world = world
        self.notes_path = folder / "ledger.jsonl"
        self.notes_path.touch()

    async def ask(self, question: str, *values: Any) -> list[Any]:
        return await command(self.url, question, *values)

    async def queue(self, each: int) -> None:
        database = await opened(self.url)
        await store_runs(database, each)
        await database.close()

    async def queue_only(self, each: int, names: Sequence[str]) -> None:
        """Runs of these shapes, which may wait."""
        database = await opened(self.url)
        await store_runs(database, each, 0.05, names)
        await database.close()

    async def worker(self, *flags: str) -> Zombie:
        """A worker process that already works."""
        return await Zombie.start(self.url, self.notes_path, self.world.port, *flags, lease=LEASE)

    async def completed(self) -> int:
        return (await self.ask("select count(*) from runs where status = 'completed'"))[0][0]

    async def until_completed(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.completed() < number:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def both_work(self) -> tuple[int, int]:
        """The ids of two workers, older first, once both hold runs."""
        async with asyncio.timeout(PATIENCE):
            while True:
                rows = await self.ask(
                    "select distinct worker from runs where status = 'running' order by 1"
                )
                if len(rows) == 2:
                    return rows[0][0], rows[1][0]

    async def check(self, total: int, *, was_stopped: bool = False) -> list[Note]:
        """Everything is done, no step has two results, and no effect saw two values."""
        assert await self.completed() == total
        rows = await self.ask(
            "select r.id, j.node, j.iteration, j.kind, j.data from journal j"
            " join runs r on r.seq = j.run where j.kind in ('step_finished', 'step_failed')"
        )
        ends = Counter(tuple(row)[:3] for row in rows)
        assert [step for step, count in ends.items() if count > 1] == []
        notes = Ledger.read(self.notes_path)
        repeated = [note for note in notes if note.recorded]
        # A worker that was stopped may compute on what it has, but it begins nothing that touches
        # the world. The one call it was stopped in goes on with its key: no engine can recall it.
        touching = [note for note in repeated if note.block not in ("draw", "stream")]
        assert len(touching) <= (1 if was_stopped else 0)
        assert was_stopped or repeated == []
        assert random_values(notes) == []
        once = Counter(note.key for note in notes if note.block == "once")
        twice = [key for key, times in once.items() if times > 1]
        assert len(twice) <= (1 if was_stopped else 0)
        recorded = {
            f"{row['id']}/{row['node']}/{row['iteration']}": json.loads(row["data"])["emissions"]
            for row in rows
            if row["kind"] == "step_finished"
        }
        acts = {note.key: [["result", note.value]] for note in notes if note.block == "act"}
        assert {key: recorded[key] for key in acts} == acts
        return notes


@asynccontextmanager
async def scene_at(url: str, folder: Path) -> AsyncIterator[Scene]:
    """A scene with its world around it, both gone in the end."""
    await (await opened(url)).close()
    world = await asyncio.to_thread(World, url, 1)
    try:
        yield Scene(url, folder, world)
    finally:
        await asyncio.to_thread(world.end)


def repeated(notes: list[Note]) -> list[tuple[str, int]]:
    """Attempts that were made more than once."""
    made = Counter((note.key, note.attempt) for note in notes)
    return [each for each, count in made.items() if count > 1]


async def answers(address: str) -> None:
    """Waits until a server does not only listen."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await command(address, "select 1")
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.05)
            else:
                return

"""A store that is away for longer than anybody's patience costs runs time, and no more."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from luban.model.run import RunStatus
from luban.ports.journal import QUARANTINE_AFTER
from luban.sdk import Context, block
from luban.storage.errors import StorageBusy
from luban.storage.memory import MemoryDatabase
from tests.engine.house import OWNER, House
from tests.engine.kit import BLOCKS, graph_of
from tests.engine.test_rules import result
from tests.faults.places import RestlessBell

TIMES = 6


class Away:
    """Refuses some calls of a queue or journal, each kind some times, the first in any case."""

    def __init__(self, inner: Any, names: set[str], draw: random.Random) -> None:
        self._inner = inner
        self._names = names
        self._draw = draw
        self.refused: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._inner, name)
        return self._maybe(name, asked) if name in self._names else asked

    def _maybe(self, name: str, asked: Callable[..., Any]) -> Any:
        async def ask(*given: Any, **named: Any) -> Any:
            before = self.refused[name]
            if before < TIMES and (not before or self._draw.random() < 0.7):
                self.refused[name] += 1
                raise StorageBusy(place="the store", seconds=1)
            return await asked(*given, **named)

        return ask


async def test_a_store_that_is_away_fails_no_run():
    made: list[str] = []

    @block(id="hears_twice")
    async def hears_twice(ctx: Context) -> Any:
        first = await ctx.wait_for("go")
        await ctx.call("same", value=made.append(ctx.run_id))
        return [first, await ctx.wait_for("go")]

    database = MemoryDatabase()
    draw = random.Random(1)
    queue = Away(database.queue, {"park", "signals", "nudged", "results", "claim", "wake"}, draw)
    journal = Away(database.journal, {"read"}, draw)
    database.queue, database.journal = queue, journal  # type: ignore[assignment]
    house = House(database, BLOCKS.and_(hears_twice), bell=RestlessBell())
    graph = graph_of({"h": "hears_twice", "out": result()}, ["h.result -> out.value"])
    runs = [await house.enqueue(graph) for _ in range(3)]
    await house.worker.start()
    try:
        for run in runs:
            for number in range(2):
                await database.runs.signal(OWNER, run.id, "signal:go", number, 0.0)
            ended = await house.ended(run.id)
            assert ended.status is RunStatus.COMPLETED, ended
            assert ended.outputs == {"out": [0, 1]}
    finally:
        await house.worker.stop()
    assert queue.refused["park"] > 0
    assert journal.refused["read"] > 0


async def test_a_run_that_was_let_go_on_before_it_ever_started_is_started():
    """Its journal begins with what its owner did, as after workers that died while they began."""
    database = MemoryDatabase()
    house = House(database, BLOCKS)
    run = await house.enqueue(graph_of({"s": {"block": "same", "with": {"value": 1}}}, []))
    for _ in range(QUARANTINE_AFTER):
        await database.queue.register()
        await database.queue.claim(1, isolated=await database.queue.isolated() > 0)
        database.queue.vanish()
        await database.queue.reap()
    assert await database.runs.resume(OWNER, run.id, {}, 0.0)
    isolated = House(database, BLOCKS, isolated=True)
    isolated.share(house)
    await isolated.worker.start()
    try:
        ended = await isolated.ended(run.id)
    finally:
        await isolated.worker.stop()
    assert ended.status is RunStatus.COMPLETED
    kinds = [type(event).__name__ for event in await house.events(run.id)]
    assert kinds.count("RunStarted") == 1
    assert kinds[0] == "RunResumed"

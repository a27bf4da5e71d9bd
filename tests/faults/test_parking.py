"""Signals and answers that come exactly when a run leaves its worker: none is lost."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from luban.engine.verbs import ask_id
from luban.engine.waits import Arrivals
from luban.model.events import Row
from luban.model.run import RunStatus
from luban.ports.journal import Parking, RunChange, Signal
from luban.sdk import Context, block
from tests.databases import ready_database
from tests.engine.house import OWNER, House
from tests.engine.kit import BLOCKS, graph_of
from tests.engine.test_rules import result
from tests.faults.places import RestlessBell, opened

if TYPE_CHECKING:
    from tests.engine.house import Database

ROUNDS, AT_ONCE = 25, 8
RUNS = 400 if os.environ.get("LUBAN_FAULTS") == "full" else 80
PATIENCE = 30.0
"""Seconds in which some run must have gone on."""
_MOMENTS = ("before it is written", "after it is written", "before", "meanwhile", "after")


@block(id="hears")
async def hears(ctx: Context) -> Any:
    heard: list[Any] = []
    for number in range(ROUNDS):
        if number % 2:
            heard.append((await ctx.ask("And now?")).values["n"])
        else:
            heard.append(await ctx.wait_for("go"))
    return heard


class Racer:
    """Sends what a run waits for at one of the moments of its leaving, once for each wait."""

    def __init__(self, database: Database, draw: random.Random) -> None:
        self._database = database
        self._draw = draw
        self._chosen: dict[tuple[str, int], str] = {}
        self._sent: Counter[str] = Counter()
        self.moments: Counter[str] = Counter()
        self.stayed = 0

    def choose(self, run: str) -> str:
        """The moment at which this run gets what it waits for next."""
        return self._chosen.setdefault((run, self._sent[run]), self._draw.choice(_MOMENTS))

    async def send(self, run: str, moment: str) -> None:
        number = self._sent[run]
        if number == ROUNDS:
            return
        self._sent[run] += 1
        self.moments[moment] += 1
        key, value = "signal:go", number
        if number % 2:
            question = ask_id(run, ("h", 0), str(number))
            key, value = f"answer:{question}", {"values": {"n": number}}
        assert await self._database.runs.signal(OWNER, run, key, value, 0.0, once=f"n{number}")


class RacingQueue:
    """A queue beside which something is sent when runs are parked."""

    def __init__(self, queue: Any, racer: Racer) -> None:
        self._queue = queue
        self._racer = racer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queue, name)

    async def park(self, parkings: Sequence[Parking]) -> set[str]:
        chosen = {parking.run: self._racer.choose(parking.run) for parking in parkings}
        await self._send(chosen, "before")
        left, _ = await asyncio.gather(self._queue.park(parkings), self._send(chosen, "meanwhile"))
        await self._send(chosen, "after")
        self._racer.stayed += len(chosen) - len(left)
        return left

    async def _send(self, chosen: dict[str, str], moment: str) -> None:
        for run, its in chosen.items():
            if its == moment:
                await self._racer.send(run, moment)


class RacingJournal:
    """A journal beside which something is sent when it is written that a run will leave."""

    def __init__(self, journal: Any, racer: Racer) -> None:
        self._journal = journal
        self._racer = racer

    async def commit(self, rows: Sequence[Row], changes: Sequence[RunChange]) -> None:
        leaving = [row.run for row in rows if row.kind == "run_waiting"]
        chosen = {run: self._racer.choose(run) for run in leaving}
        for run, moment in chosen.items():
            if moment == "before it is written":
                await self._racer.send(run, moment)
        await self._journal.commit(rows, changes)
        for run, moment in chosen.items():
            if moment == "after it is written":
                await self._racer.send(run, moment)

    async def read(self, run: str, after: int = 0, limit: int = 1000) -> Any:
        return await self._journal.read(run, after, limit)


async def _race(place: str) -> Racer:
    database = await opened(place)
    racer = Racer(database, random.Random(3))
    queue, journal = RacingQueue(database.queue, racer), RacingJournal(database.journal, racer)
    house = House(_Raced(database, queue, journal), BLOCKS.and_(hears), bell=RestlessBell())
    graph = graph_of({"h": "hears", "out": result()}, ["h.result -> out.value"])
    version = await house.add(graph)
    await house.worker.start()
    try:
        for _ in range(RUNS // AT_ONCE):
            runs = [await house.enqueue_version(version) for _ in range(AT_ONCE)]
            for run in runs:
                async with asyncio.timeout(PATIENCE):
                    ended = await house.ended(run.id)
                assert ended.status is RunStatus.COMPLETED, ended
                assert ended.outputs == {"out": list(range(ROUNDS))}
    finally:
        await house.worker.stop()
        await database.close()
    return racer


class _Raced:
    """A database with another queue and journal."""

    def __init__(self, database: Any, queue: Any, journal: Any) -> None:
        self.queue = queue
        self.journal = journal
        self.agents = database.agents
        self.runs = database.runs
        self.close = database.close


def _check(racer: Racer) -> None:
    assert sum(racer.moments.values()) == RUNS * ROUNDS
    assert min(racer.moments[moment] for moment in _MOMENTS) > RUNS
    assert racer.stayed > RUNS  # those nudged before they could leave


async def test_nothing_is_lost_that_comes_while_a_run_parks(tmp_path: Path):
    _check(await _race(str(tmp_path / "luban.db")))


@pytest.mark.network
async def test_nothing_is_lost_that_comes_while_a_run_parks_on_a_server(postgres_address: str):
    async with ready_database(postgres_address) as url:
        _check(await _race(url))


async def test_a_signal_that_two_readings_bring_is_heard_once():
    """Two nudges make a run look twice at a time; both looks may find the same."""
    arrivals, first, second = Arrivals(), Signal(1, "signal:go", 1), Signal(2, "signal:go", 2)
    arrivals.receive([first], set())
    arrivals.receive([first, second], set())
    arrivals.receive([first], set())
    assert [arrivals.take("signal:go") for _ in range(3)] == [first, second, None]

"""Following a run: every event once and in order, wherever one begins."""

from __future__ import annotations

import asyncio
from pathlib import Path

from luban.ports.bus import Live
from luban.ports.clock import SystemClock
from luban.server.wiring import Home
from luban.services import run_events
from luban.services.run_events import RunEvent, RunEvents
from luban.storage.local import LocalBus
from luban.storage.memory import MemoryDatabase
from tests.services.kit import CALCULATOR, ME, agent_of, chain, over, waiting


async def told(home: Home, run_id: str, after: int = 0) -> list[RunEvent]:
    return [event async for event in await home.house.run_events.open(ME, run_id, after)]


def durable(events: list[RunEvent]) -> list[int]:
    return [event.id for event in events if event.id is not None]


async def test_readers_of_a_running_run_miss_nothing(home: Home, tmp_path: Path) -> None:
    agent_id = await agent_of(home, chain(8, tmp_path / "log"))
    run = await home.house.runs.start(ME, agent_id, {})
    readers = [asyncio.create_task(told(home, run.id)) for _ in range(3)]
    await home.worker.start()
    heard = [durable(await reader) for reader in readers]
    whole = durable(await told(home, run.id))
    assert heard == [whole] * 3
    assert whole == sorted(set(whole))
    assert len(whole) == 12  # start, 10 steps, end


async def test_reading_can_begin_anywhere(home: Home) -> None:
    await home.worker.start()
    agent_id = await agent_of(home, CALCULATOR)
    run = await over(home, (await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})).id)
    whole = durable(await told(home, run.id))
    for place, after in enumerate(whole):
        assert durable(await told(home, run.id, after)) == whole[place + 1 :]
    assert await told(home, run.id, whole[-1] + 1000) == []


async def test_what_is_not_kept_is_told_to_those_who_listen(home: Home, tmp_path: Path) -> None:
    agent_id = await agent_of(home, waiting(tmp_path / "go"))
    run = await home.house.runs.start(ME, agent_id, {})
    await home.worker.start()
    kinds: list[str] = []
    async for event in await home.house.run_events.open(ME, run.id):
        kinds.append(event.kind)
        assert event.values["run"] == run.id
        if event.kind == "step_progress":
            assert event.id is None
            assert event.values["text"] == "waiting"
            (tmp_path / "go").touch()
    assert "step_progress" in kinds
    assert kinds[-1] == "run_ended"


async def test_texts_of_a_worker_that_lost_the_run_are_not_told(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    bus = LocalBus()
    events = RunEvents(home.house.runs, MemoryDatabase().journal, bus, SystemClock())
    following = events.follow(run)
    first = asyncio.ensure_future(anext(following))
    while not bus.watched(run.id):  # noqa: ASYNC110  only the reader's own first steps
        await asyncio.sleep(0)
    said = [("a", 1, 1), ("b", 1, 2), ("old", 1, 1), ("c", 2, 1), ("older", 1, 2), ("d", 2, 1)]
    for text, claim, attempt in said:
        place = {"node": "chat", "iteration": 0, "pin": "answer"}
        bus.publish(
            run.id,
            Live("step_delta", {**place, "text": text, "claim": claim, "attempt": attempt}),
        )
    heard = [(await first).values["text"]]
    heard += [(await anext(following)).values["text"] for _ in range(3)]
    await following.aclose()
    assert heard == ["a", "b", "c", "d"]


async def test_a_cancelled_queued_run_ends_its_readers(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    reader = asyncio.create_task(told(home, run.id))
    await asyncio.sleep(0)
    await home.house.runs.cancel(ME, run.id)
    assert [event.kind for event in await reader] == ["run_ended"]


class HurriedClock:
    """A clock on which every look is a quarter of a minute later."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        self.at += run_events.HEARTBEAT
        return self.at


async def test_silence_is_broken_by_heartbeats(home: Home) -> None:
    agent_id = await agent_of(home, CALCULATOR)
    run = await home.house.runs.start(ME, agent_id, {"a": 1, "b": 1})
    bus = LocalBus()
    events = RunEvents(home.house.runs, MemoryDatabase().journal, bus, HurriedClock())
    following = events.follow(run)
    first = asyncio.ensure_future(anext(following))
    while not bus.watched(run.id):  # noqa: ASYNC110  only the reader's own first steps
        await asyncio.sleep(0)
    bus.publish(run.id, Live("step_started", {"node": "a", "at": 0.0}))
    assert (await first).kind == "step_started"
    bus.journal_grew(run.id)
    assert (await anext(following)).kind == ""
    await following.aclose()

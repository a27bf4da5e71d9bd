"""Durable verbs: done once, recorded, answered from the record when the block's code runs again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from luban.model.events import ChildFailed, ChildFinished, RunPaused, RunWaiting, RunWoken
from luban.model.run import Run, RunStatus, WaitKind
from luban.ports.stores import Slice
from luban.sdk import (
    BlockError,
    CallFailed,
    ChildRunFailed,
    Context,
    Effect,
    TemporaryError,
    WaitTimedOut,
    block,
)
from tests.engine.house import OWNER, House
from tests.engine.kit import BLOCKS, graph_of

OpenHouse = Callable[..., AbstractAsyncContextManager[House]]
LONG = 3600.0


def alone(block_id: str, **settings: Any) -> Any:
    """A graph of one block whose result is the run's."""
    return graph_of(
        {"agent": {"block": block_id, **settings}, "out": {"block": "result"}},
        ["agent.result -> out.value"],
    )


async def recorded(house: House, run_id: str, kind: type[Any]) -> None:
    """Returns once the journal of a run holds an event of this kind."""
    async with house.bus.listen(run_id) as listener:
        while not any(isinstance(event, kind) for event in await house.events(run_id)):
            await listener.next(1.0)


async def waiting(house: House, run_id: str) -> Run:
    """The run once it is parked."""
    while (run := await house.get(run_id)).status is not RunStatus.WAITING:
        assert run.status in (RunStatus.QUEUED, RunStatus.RUNNING), run
        await asyncio.sleep(0.005)
    return run


async def test_a_block_calls_others_and_gets_their_outputs(open_house: OpenHouse):
    @block(id="caller")
    async def caller(ctx: Context) -> Any:
        sum_ = await ctx.call("add", a=2, b=3)
        each = await ctx.call("each", {"items": [1, 2]})
        return [sum_, each]

    async with open_house(BLOCKS.and_(caller)) as house:
        run = await house.run(alone("caller"))
        assert run.outputs == {"out": [{"result": 5}, {"item": [1, 2]}]}
        children = [e for e in await house.events(run.id) if isinstance(e, ChildFinished)]
        assert [(e.key, e.verb, e.name, e.inputs) for e in children] == [
            ("0", "call", "add", {"a": 2, "b": 3}),
            ("1", "call", "each", {"items": [1, 2]}),
        ]
        assert run.steps == 4  # the calls count too


async def test_finished_calls_answer_from_the_journal_in_the_next_attempt(open_house: OpenHouse):
    made: list[str] = []

    @block(id="note")
    async def note(text: str) -> str:
        made.append(text)
        return text.upper()

    @block(id="fails_once")
    async def fails_once(ctx: Context) -> Any:
        first = await ctx.call("note", text="a")
        drawn = await ctx.step("draw", lambda: asyncio.sleep(0, result=len(made)))
        if ctx.attempt == 1:
            raise BlockError("not yet", code="later")
        second = await ctx.call("note", text="b")
        return [first["result"], drawn, second["result"]]

    async with open_house(BLOCKS.and_(note, fails_once)) as house:
        retry = {"attempts": 2, "delay": 0, "on": ["later"]}
        run = await house.run(alone("fails_once", retry=retry))
        assert run.outputs == {"out": ["A", 1, "B"]}
        assert made == ["a", "b"]


async def test_only_the_call_that_failed_is_made_again(open_house: OpenHouse):
    made: list[str] = []

    @block(id="note")
    async def note(text: str) -> str:
        made.append(text)
        if made.count("b") == 1 and text == "b":
            raise BlockError("b is tired", code="tired")
        return text

    @block(id="caller")
    async def caller(ctx: Context) -> Any:
        return [(await ctx.call("note", text=each))["result"] for each in "abc"]

    async with open_house(BLOCKS.and_(note, caller)) as house:
        retry = {"attempts": 2, "delay": 0, "on": ["tired"]}
        run = await house.run(alone("caller", retry=retry))
        assert run.outputs == {"out": ["a", "b", "c"]}
        assert made == ["a", "b", "b", "c"]


async def test_an_error_that_was_handled_stays_the_same_error(open_house: OpenHouse):
    caught: list[str] = []

    @block(id="broken")
    async def broken() -> Any:
        raise BlockError("it is broken", zh="坏了", code="broken")

    @block(id="careful")
    async def careful(ctx: Context) -> Any:
        try:
            await ctx.call("broken")
        except CallFailed as error:
            caught.append(f"{error.code}: {error}")
        if ctx.attempt == 1:
            raise BlockError("again", code="later")
        return "done"

    async with open_house(BLOCKS.and_(broken, careful)) as house:
        retry = {"attempts": 2, "delay": 0, "on": ["later"]}
        run = await house.run(alone("careful", retry=retry))
        assert run.outputs == {"out": "done"}
        assert caught == ["broken: it is broken"] * 2
        failed = [e for e in await house.events(run.id) if isinstance(e, ChildFailed)]
        assert len(failed) == 1


async def test_a_changed_path_is_an_error_that_says_so(open_house: OpenHouse):
    @block(id="moody")
    async def moody(ctx: Context) -> Any:
        await ctx.call("add", a=ctx.attempt) if ctx.attempt == 1 else await ctx.sleep(0)
        raise BlockError("again", code="later")

    async with open_house(BLOCKS.and_(moody)) as house:
        run = await house.run(alone("moody", retry={"attempts": 2, "delay": 0, "on": ["later"]}))
        assert run.error is not None
        assert run.error["code"] == "path_changed"
        assert "call add" in run.error["message"]
        assert "sleep" in run.error["message"]


async def test_a_short_sleep_stays_a_long_one_leaves_and_comes_back(open_house: OpenHouse):
    ran: list[float] = []

    @block(id="sleeper")
    async def sleeper(ctx: Context, seconds: float) -> Any:
        ran.append(seconds)
        await ctx.sleep(seconds)
        return "awake"

    async with open_house(BLOCKS.and_(sleeper)) as house:
        short = await house.run(alone("sleeper", **{"with": {"seconds": 0.01}}))
        assert (short.outputs, ran) == ({"out": "awake"}, [0.01])
        await house.worker.start()
        long = await house.enqueue(alone("sleeper", **{"with": {"seconds": LONG}}))
        parked = await waiting(house, long.id)
        assert [wait.kind for wait in parked.waiting_for] == [WaitKind.SLEEP]
        assert parked.waiting_for[0].until == pytest.approx(house.clock.now() + LONG, abs=60)


async def test_a_signal_wakes_a_parked_run_and_none_is_lost(open_house: OpenHouse):
    @block(id="listener")
    async def listener(ctx: Context) -> Any:
        return [await ctx.wait_for("paid"), await ctx.wait_for("sent"), await ctx.wait_for("paid")]

    async with open_house(BLOCKS.and_(listener)) as house:
        await house.worker.start()
        run = await house.enqueue(alone("listener"))
        await waiting(house, run.id)
        for name, value in (("sent", 1), ("paid", 2), ("paid", 3)):
            assert await house.database.runs.signal(OWNER, run.id, f"signal:{name}", value, 0.0)
            house.bell.ring()
        ended = await house.ended(run.id)
        assert ended.outputs == {"out": [2, 1, 3]}
        assert ended.waiting_for == []
        kinds = [type(event) for event in await house.events(run.id)]
        assert kinds.count(RunWaiting) == kinds.count(RunWoken) >= 1


async def test_a_wait_with_a_limit_gives_up(open_house: OpenHouse):
    @block(id="impatient")
    async def impatient(ctx: Context) -> Any:
        try:
            return await ctx.wait_for("nothing", timeout=0.01)
        except WaitTimedOut as late:
            return str(late)

    async with open_house(BLOCKS.and_(impatient)) as house:
        run = await house.run(alone("impatient"))
        assert run.outputs == {"out": "Nothing came for nothing within 0.01 s."}


async def test_a_person_is_asked_and_the_question_is_listed(open_house: OpenHouse):
    @block(id="asker")
    async def asker(ctx: Context) -> Any:
        details = {"to": "Li", "until": "noon", "id": 7}  # names that waits have of their own
        answer = await ctx.ask("Send it?", choices=["yes", "no"], details=details)
        return [answer.choice, answer.comment, dict(answer.values), answer.by]

    async with open_house(BLOCKS.and_(asker)) as house:
        await house.worker.start()
        run = await house.enqueue(alone("asker"))
        await waiting(house, run.id)
        (asking,) = (await house.database.runs.asking(OWNER, Slice())).items
        (wait,) = asking.waiting_for
        assert (asking.id, wait.kind, wait.node) == (run.id, WaitKind.ASK, "agent")
        assert wait.details["question"] == "Send it?"
        assert wait.details["choices"] == ["yes", "no"]
        assert wait.details["details"] == {"to": "Li", "until": "noon", "id": 7}
        answer = {"choice": "yes", "comment": "go", "values": {"n": 1}, "by": "me"}
        key = f"answer:{wait.details['id']}"
        await house.database.runs.signal(OWNER, run.id, key, answer, 0.0)
        house.bell.ring()
        ended = await house.ended(run.id)
        assert ended.outputs == {"out": ["yes", "go", {"n": 1}, "me"]}
        assert (await house.database.runs.asking(OWNER, Slice())).items == []


async def test_an_agent_runs_another_as_a_run_of_its_own(open_house: OpenHouse):
    @block(id="boss")
    async def boss(ctx: Context, agent: str) -> Any:
        return await ctx.run_agent(agent, {"n": 4})

    async with open_house(BLOCKS.and_(boss)) as house:
        below = await house.add(
            graph_of(
                {"n": "given", "plus": "add", "out": "result"},
                ["n.value -> plus.a", "plus.result -> out.value"],
            )
        )
        run = await house.run(alone("boss", **{"with": {"agent": str(below)}}))
        assert run.outputs == {"out": {"out": 5}}
        (child,) = (await house.database.runs.list(OWNER, Slice(), parent=run.id)).items
        assert (child.status, child.depth, child.trigger) == (RunStatus.COMPLETED, 1, "agent")


async def test_a_run_below_that_fails_tells_the_one_above(open_house: OpenHouse):
    @block(id="broken")
    async def broken() -> Any:
        raise BlockError("it is broken")

    @block(id="boss")
    async def boss(ctx: Context, agent: str) -> Any:
        try:
            return await ctx.run_agent(agent)
        except ChildRunFailed as failed:
            return str(failed)

    async with open_house(BLOCKS.and_(boss, broken)) as house:
        await house.worker.start()
        below = await house.add(alone("broken"))
        run = await house.enqueue(alone("boss", **{"with": {"agent": str(below)}}))
        ended = await house.ended(run.id)
        assert "ended failed: it is broken" in ended.outputs["out"]


async def test_agents_below_agents_stop_at_the_limit_of_depth(open_house: OpenHouse):
    @block(id="boss")
    async def boss(ctx: Context) -> Any:
        return await ctx.run_agent("1")

    async with open_house(BLOCKS.and_(boss)) as house:
        await house.worker.start()
        graph = graph_of({"agent": "boss"}, [], limits={"depth": 2})
        run = await house.enqueue(graph)
        await waiting(house, run.id)
        runs = (await house.database.runs.list(OWNER, Slice())).items
        while not any(each.waiting_for and each.depth == 2 for each in runs):
            await asyncio.sleep(0.005)
            runs = (await house.database.runs.list(OWNER, Slice())).items
        deepest = max(runs, key=lambda each: each.depth)
        assert deepest.depth == 2
        assert deepest.waiting_for[0].kind is WaitKind.LIMIT
        assert deepest.waiting_for[0].details == {"limit": "depth", "value": 2}
        await house.database.runs.request_cancel(OWNER, run.id, house.clock.now())
        house.bell.ring()
        for each in runs:
            assert (await house.ended(each.id)).status is RunStatus.CANCELLED


async def test_a_run_is_paused_by_hand_and_goes_on(open_house: OpenHouse):
    begun, may_end = asyncio.Event(), asyncio.Event()

    @block(id="slow")
    async def slow(value: Any) -> Any:
        begun.set()
        await may_end.wait()
        return value

    async with open_house(BLOCKS.and_(slow)) as house:
        await house.worker.start()
        graph = graph_of(
            {"slow": {"block": "slow", "with": {"value": 1}}, "after": "same", "out": "result"},
            ["slow.result -> after.value", "after.result -> out.value"],
        )
        run = await house.enqueue(graph)
        await begun.wait()
        assert await house.database.runs.request_pause(OWNER, run.id, house.clock.now())
        house.bell.ring()
        await recorded(house, run.id, RunPaused)
        may_end.set()
        paused = await waiting(house, run.id)
        assert [wait.kind for wait in paused.waiting_for] == [WaitKind.PAUSE]
        assert [type(e).__name__ for e in await house.events(run.id)].count("StepFinished") == 1
        assert await house.database.runs.resume(OWNER, run.id, {}, house.clock.now())
        house.bell.ring()
        assert (await house.ended(run.id)).outputs == {"out": 1}


async def test_limits_raised_before_the_first_step_count(house: House):
    graph = graph_of(
        {"a": {"block": "same", "with": {"value": 1}}, "b": "same", "out": "result"},
        ["a.result -> b.value", "b.result -> out.value"],
        limits={"steps": 1},
    )
    run = await house.enqueue(graph)
    now = house.clock.now()
    assert await house.database.runs.request_pause(OWNER, run.id, now)
    assert await house.database.runs.resume(OWNER, run.id, {"steps": 10}, now)
    await house.worker.run_one(run.id)
    assert (await house.get(run.id)).outputs == {"out": 1}
    kinds = [type(event).__name__ for event in await house.events(run.id)]
    assert kinds[:3] == ["RunPaused", "RunResumed", "RunStarted"]


async def test_an_uninstalled_block_is_waited_for_by_name(open_house: OpenHouse):
    source = BLOCKS.and_()
    async with open_house(source) as house:
        await house.worker.start()
        run = await house.enqueue(alone("gone"))
        parked = await waiting(house, run.id)
        assert parked.waiting_for[0].kind is WaitKind.BLOCK
        assert parked.waiting_for[0].details["block"] == "gone"


async def test_a_verb_in_a_block_that_must_not_be_repeated_is_refused(open_house: OpenHouse):
    @block(id="careless", effect=Effect.ONCE)
    async def careless(ctx: Context) -> Any:
        await ctx.sleep(1)

    async with open_house(BLOCKS.and_(careless)) as house:
        run = await house.run(alone("careless"))
        assert run.error is not None
        assert run.error["code"] == "verb_misused"
        assert "ONCE" in run.error["message"]


async def test_a_step_may_not_take_longer_than_its_limit_with_all_its_waits(open_house: OpenHouse):
    ran: list[int] = []

    @block(id="sleeper")
    async def sleeper(ctx: Context) -> Any:
        ran.append(ctx.attempt)
        await ctx.sleep(LONG)

    @block(id="failing")
    async def failing(ctx: Context) -> Any:
        ran.append(ctx.attempt)
        raise TemporaryError("later")

    async with open_house(BLOCKS.and_(sleeper, failing)) as house:
        run = await house.run(alone("sleeper", timeout_total=0.5))
        assert run.error is not None
        assert (run.error["code"], ran) == ("timed_out", [1])
        retry = {"attempts": 100, "delay": 0.02, "factor": 1}
        run = await house.run(alone("failing", timeout_total=0.5, retry=retry))
        assert run.error is not None
        assert run.error["code"] == "timed_out"
        assert 2 < len(ran) < 50


async def test_a_parked_step_is_ended_when_its_time_is_over(open_house: OpenHouse):
    @block(id="sleeper")
    async def sleeper(ctx: Context) -> Any:
        await ctx.wait_for("nothing")

    async with open_house(BLOCKS.and_(sleeper)) as house:
        await house.worker.start()
        run = await house.enqueue(alone("sleeper", timeout_total=LONG))
        await waiting(house, run.id)
        due = await house.database.queue.wake()
        assert due == pytest.approx(LONG, abs=60)

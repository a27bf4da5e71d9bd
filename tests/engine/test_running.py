"""Runs as a worker performs them: attempts, errors, time limits, streams, ceilings, cancelling."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any

from luban.engine.history import steps
from luban.model.events import AttemptFailed, StepEmitted, StepFailed, StepFinished
from luban.model.run import RunStatus
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Emit,
    TemporaryError,
    block,
)
from tests.engine.conftest import OpenHouse
from tests.engine.house import OWNER, House, only_end
from tests.engine.kit import BLOCKS, graph_of
from tests.engine.test_rules import body, given, result


async def test_a_run_gives_its_outputs_and_its_steps_can_be_read_back(house: House):
    graph = graph_of(
        {"a": given("a"), "add": {"block": "add", "with": {"b": 34}}, "out": result("result")},
        ["a.value -> add.a", "add.result -> out.value"],
    )
    run = await house.run(graph, {"a": "2"})
    assert (run.status, run.outputs, run.steps) == (RunStatus.COMPLETED, {"result": 36}, 3)
    events = await house.events(run.id)
    assert only_end(events).outputs == {"result": 36}
    told = steps(graph, BLOCKS, {"a": "2"}, events)
    assert [(s.node, s.inputs, s.outputs) for s in told][1] == (
        "add", {"a": "2", "b": 34}, [("result", 36)],
    )  # fmt: skip


async def test_an_input_that_does_not_fit_names_node_pin_type_and_value(house: House):
    graph = graph_of(
        {"a": given("a"), "add": "add"}, ["a.value -> add.a"],
    )  # fmt: skip
    run = await house.run(graph, {"a": "many"})
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert run.error["code"] == "invalid_input"
    for word in ("add", "`a`", "number", "many"):
        assert word in run.error["message"]
    assert "数字" in run.error["message_zh"]


async def test_a_missing_path_fails_the_step_that_needed_it(house: House):
    graph = graph_of(
        {"a": given("a"), "s": "same", "out": result()},
        ["a.value.user.name -> s.value", "s.error -> out.value"],
    )
    run = await house.run(graph, {"a": {"user": {}}})
    assert run.status is RunStatus.COMPLETED
    assert "user.name" in run.outputs["out"]["message"]


async def test_attempts_are_made_again_for_errors_worth_it(open_house: OpenHouse):
    made: list[tuple[int, str]] = []

    @block(id="flaky")
    async def flaky(ctx: Context) -> str:
        made.append((ctx.attempt, ctx.idempotency_key))
        if ctx.attempt < 3:
            raise TemporaryError("not yet", zh="还没好")
        return "done"

    graph = graph_of(
        {"f": {"block": "flaky", "retry": {"attempts": 3, "delay": 0.01}}, "out": result()},
        ["f.result -> out.value"],
    )
    async with open_house(BLOCKS.and_(flaky)) as house:
        run = await house.run(graph)
        assert run.outputs == {"out": "done"}
        assert [number for number, _ in made] == [1, 2, 3]
        assert len({key for _, key in made}) == 1
        failed = [e for e in await house.events(run.id) if isinstance(e, AttemptFailed)]
        assert [(e.attempt, e.error["code"]) for e in failed] == [
            (1, "temporarily_failed"), (2, "temporarily_failed"),
        ]  # fmt: skip


async def test_an_error_not_worth_it_is_not_tried_again(open_house: OpenHouse):
    made: list[int] = []

    @block(id="refuse")
    async def refuse(ctx: Context, value: str) -> str:
        made.append(ctx.attempt)
        raise BlockError(f"no {value} here", zh=f"这里没有 {value}")

    graph = graph_of(
        {"r": {"block": "refuse", "with": {"value": "tea"}, "retry": {"attempts": 5}}}, []
    )
    async with open_house(BLOCKS.and_(refuse)) as house:
        run = await house.run(graph)
        assert made == [1]
        assert run.error is not None
        assert (run.error["node"], run.error["message"], run.error["message_zh"]) == (
            "r", "no tea here", "这里没有 tea",
        )  # fmt: skip
        assert run.error["inputs"] == {"value": "tea"}


async def test_a_block_that_crashes_says_where(open_house: OpenHouse):
    @block(id="crash")
    async def crash() -> int:
        return 1 // 0

    async with open_house(BLOCKS.and_(crash)) as house:
        run = await house.run(graph_of({"c": "crash"}, []))
    assert run.error is not None
    assert run.error["code"] == "block_crashed"
    assert "ZeroDivisionError" in run.error["message"]
    assert "test_running.py" in run.error["message"]


async def test_an_attempt_may_not_take_longer_than_its_limit(open_house: OpenHouse):
    @block(id="stuck")
    async def stuck() -> None:
        await asyncio.Event().wait()

    async with open_house(BLOCKS.and_(stuck)) as house:
        run = await house.run(graph_of({"s": {"block": "stuck", "timeout": 0.02}}, []))
    assert run.error is not None
    assert run.error["code"] == "timed_out"
    assert "0.02" in run.error["message"]


async def test_plain_functions_run_in_threads_side_by_side(open_house: OpenHouse):
    meeting = threading.Barrier(3, timeout=10)

    @block(id="meet", effect=Effect.NONE)
    def meet(value: int) -> int:
        meeting.wait()
        return value

    graph = graph_of(
        {"e": {"block": "each", "with": {"items": [1, 2, 3]}}, "m": "meet", "g": "gather",
         "out": result()},
        ["e.item -> m.value", "m.result -> g.items", "g.list -> out.value"],
    )  # fmt: skip
    async with open_house(BLOCKS.and_(meet)) as house:
        assert (await house.run(graph)).outputs == {"out": [1, 2, 3]}


async def test_a_node_overlaps_no_more_than_it_may(open_house: OpenHouse):
    now = most = 0

    @block(id="watch")
    async def watch(value: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return value

    graph = graph_of(
        {"e": {"block": "each", "with": {"items": list(range(50))}},
         "w": {"block": "watch", "parallel": 4}, "g": "gather", "out": result()},
        ["e.item -> w.value", "w.result -> g.items", "g.list -> out.value"],
    )  # fmt: skip
    async with open_house(BLOCKS.and_(watch)) as house:
        assert (await house.run(graph)).outputs == {"out": list(range(50))}
    assert 1 < most <= 4


async def test_a_stream_is_consumed_while_it_is_made(open_house: OpenHouse):
    consumed = asyncio.Event()

    class Source(Block):
        id = "source"
        effect = Effect.NONE

        class Output(BlockOutput):
            item: int = Emit("Numbers.")

        async def run(self, input: BlockInput) -> Any:
            yield "item", 1
            await asyncio.wait_for(consumed.wait(), 10)
            yield "item", 2

    @block(id="take", effect=Effect.NONE)
    async def take(value: int) -> int:
        consumed.set()
        return value

    graph = graph_of({"s": "source", "t": "take", "out": result()},
                     ["s.item -> t.value", "t.result -> out.value"])  # fmt: skip
    async with open_house(BLOCKS.and_(Source, take)) as house:
        run = await house.run(graph)
        assert run.outputs == {"out": [1, 2]}
        emitted = [e for e in await house.events(run.id) if isinstance(e, StepEmitted)]
        assert [e.number for e in emitted] == [0, 1]


async def test_a_fast_stream_waits_for_slow_consumers(open_house: OpenHouse):
    ahead = made = taken = 0

    class Flood(Block):
        id = "flood"
        effect = Effect.NONE

        class Output(BlockOutput):
            item: int = Emit("Numbers.")

        async def run(self, input: BlockInput) -> Any:
            nonlocal made
            for number in range(5000):
                made += 1
                yield "item", number

    @block(id="sip", effect=Effect.NONE)
    async def sip(value: int) -> int:
        nonlocal taken, ahead
        ahead = max(ahead, made - taken)
        await asyncio.sleep(0)
        taken += 1
        return value

    graph = graph_of({"f": "flood", "s": {"block": "sip", "parallel": 8}}, ["f.item -> s.value"],
                     parallel=1)  # fmt: skip
    async with open_house(BLOCKS.and_(Flood, sip)) as house:
        assert (await house.run(graph)).status is RunStatus.COMPLETED
    assert taken == 5000
    assert ahead < 1500


async def test_an_unknown_output_is_the_blocks_mistake(open_house: OpenHouse):
    class Wrong(Block):
        id = "wrong"

        class Output(BlockOutput):
            right: int

        async def run(self, input: BlockInput) -> Any:
            yield "left", 1

    async with open_house(BLOCKS.and_(Wrong)) as house:
        run = await house.run(graph_of({"w": "wrong"}, []))
    assert run.status is RunStatus.FAILED


async def test_a_failure_ends_the_other_branches(open_house: OpenHouse):
    stopped = asyncio.Event()

    @block(id="wait")
    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    @block(id="fail")
    async def fail() -> None:
        await asyncio.sleep(0)
        raise BlockError("broken")

    async with open_house(BLOCKS.and_(wait, fail)) as house:
        run = await house.run(graph_of({"w": "wait", "f": "fail"}, []))
        assert run.status is RunStatus.FAILED
        assert stopped.is_set()
        failed = [e for e in await house.events(run.id) if isinstance(e, StepFailed)]
        assert [e.node for e in failed] == ["f"]


async def test_a_failure_in_a_map_ends_its_other_rounds_and_nothing_else(open_house: OpenHouse):
    begun: list[int] = []
    stopped: list[int] = []
    others_began = asyncio.Event()

    @block(id="work")
    async def work(value: int) -> int:
        if value == 2:
            await others_began.wait()
            raise BlockError("two is broken")
        begun.append(value)
        if len(begun) == 2:
            others_began.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(value)
        return value

    mapped = body("map", over="x", parallel=3)
    mapped["body"]["nodes"]["add"] = {"block": "work"}
    mapped["body"]["links"] = ["x.value -> add.value", "add.result -> y.value"]
    graph = graph_of(
        {"v": given("v"), "m": mapped, "out": result()}, ["v.value -> m.x", "m.error -> out.value"]
    )
    async with open_house(BLOCKS.and_(work)) as house:
        run = await house.run(graph, {"v": [1, 2, 3]})
    assert run.status is RunStatus.COMPLETED
    assert run.outputs["out"]["node"] == "m[1]/add"
    assert sorted(stopped) == [1, 3]


async def test_a_run_is_cancelled_whatever_it_does(open_house: OpenHouse):
    begun, stopped = asyncio.Event(), asyncio.Event()

    @block(id="wait")
    async def wait() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with open_house(BLOCKS.and_(wait)) as house:
        await house.worker.start()
        run = await house.enqueue(graph_of({"w": "wait"}, []))
        await begun.wait()
        assert await house.database.runs.request_cancel(OWNER, run.id, house.clock.now())
        house.bell.ring()
        assert (await house.ended(run.id)).status is RunStatus.CANCELLED
        assert stopped.is_set()


async def test_a_ceiling_pauses_and_raising_it_goes_on(house: House):
    graph = graph_of(
        {"n": given("n"), "c": "choose", "dec": {"block": "add", "with": {"b": -1}},
         "out": result()},
        ["n.value -> c.value", "c.yes -> dec.a", "dec.result -> c.value", "c.no -> out.value"],
        limits={"steps": 7},
    )  # fmt: skip
    run = await house.run(graph, {"n": 20})
    assert run.status is RunStatus.WAITING
    assert run.waiting_for[0].details == {"limit": "steps", "value": 7}
    assert await house.database.runs.resume(OWNER, run.id, {"steps": 1000}, house.clock.now())
    await house.worker.run_one(run.id)
    run = await house.get(run.id)
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"out": 0})
    finished = [e for e in await house.events(run.id) if isinstance(e, StepFinished)]
    assert len({(e.node, e.iteration) for e in finished}) == len(finished) == 43


async def test_a_ceiling_of_time_pauses_a_run_that_hangs(open_house: OpenHouse):
    @block(id="wait")
    async def wait() -> None:
        await asyncio.Event().wait()

    async with open_house(BLOCKS.and_(wait)) as house:
        run = await house.run(graph_of({"w": "wait"}, [], limits={"seconds": 0.05}))
    assert run.status is RunStatus.WAITING
    assert run.waiting_for[0].details["limit"] == "seconds"


async def test_before_an_effect_everything_before_it_is_stored(open_house: OpenHouse):
    seen: list[list[str]] = []
    houses: list[House] = []

    @block(id="act", effect=Effect.IDEMPOTENT)
    async def act(ctx: Context, value: Any) -> Any:
        rows = await houses[0].database.journal.read(ctx.run_id)
        seen.append([row.node for row in rows if row.kind == "step_finished"])
        return value

    graph = graph_of(
        {"a": given("a"), "s": "same", "act": "act", "t": "same", "out": result()},
        ["a.value -> s.value", "s.result -> act.value", "act.result -> t.value",
         "t.result -> out.value"],
    )  # fmt: skip
    async with open_house(BLOCKS.and_(act)) as house:
        houses.append(house)
        await house.run(graph, {"a": 1})
    assert seen == [["a", "s"]]


async def test_tokens_are_not_shared_between_steps(open_house: OpenHouse):
    @block(id="spoil", effect=Effect.NONE)
    async def spoil(value: Any) -> Any:
        value.append("spoiled")
        return value

    graph = graph_of(
        {"a": given("a"), "one": "spoil", "two": "spoil", "o1": result("o1"), "o2": result("o2")},
        ["a.value -> one.value", "a.value -> two.value", "one.result -> o1.value",
         "two.result -> o2.value"],
    )  # fmt: skip
    async with open_house(BLOCKS.and_(spoil)) as house:
        run = await house.run(graph, {"a": ["clean"]})
    assert run.outputs == {"o1": ["clean", "spoiled"], "o2": ["clean", "spoiled"]}


async def test_a_value_that_cannot_be_stored_fails_its_step_and_nothing_else(
    open_house: OpenHouse,
):
    @block(id="half", effect=Effect.NONE)
    async def half() -> str:
        return "half of a \ud83d"

    graph = graph_of(
        {"h": "half", "out": result()},
        ["h.error.node -> out.value"],
    )
    async with open_house(BLOCKS.and_(half)) as house:
        run = await house.run(graph)
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"out": "h"})


async def test_a_round_given_up_between_attempts_frees_one_place_and_not_two(
    open_house: OpenHouse,
):
    waits = asyncio.Event()
    both = asyncio.Event()
    now = most = 0

    @block(id="work")
    async def work(ctx: Context, value: int) -> int:
        if value == 1:
            waits.set()
            raise TemporaryError("later")
        await waits.wait()
        raise BlockError("broken")

    @block(id="watch")
    async def watch(value: int) -> int:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 2:
            both.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(both.wait(), 5)
        await asyncio.sleep(0)
        now -= 1
        return value

    mapped = body("map", over="x", parallel=2)
    mapped["body"]["nodes"]["add"] = {"block": "work", "retry": {"attempts": 2, "delay": 60}}
    mapped["body"]["links"] = ["x.value -> add.value", "add.result -> y.value"]
    graph = graph_of(
        {"v": given("v"), "m": mapped, "e": {"block": "each", "with": {"items": [1] * 30}},
         "s": "pair", "w": "watch"},
        ["v.value -> m.x", {"from": "m.error", "to": "s.a", "sticky": True}, "e.item -> s.b",
         "s.result[1] -> w.value"],
        parallel=2,
    )  # fmt: skip
    async with open_house(BLOCKS.and_(work, watch)) as house:
        run = await house.run(graph, {"v": [1, 2]})
    assert run.status is RunStatus.COMPLETED
    assert most == 2

"""Blocks that steer runs, in graphs on the engine itself: ends, joins, races, caught errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from luban.blocks.data.collect import Collect
from luban.blocks.data.for_each import ForEach
from luban.blocks.data.parse_json import ParseJson
from luban.blocks.flow.catch import Catch
from luban.blocks.flow.debounce import Debounce
from luban.blocks.flow.first import First
from luban.blocks.flow.merge import Merge
from luban.blocks.flow.stop import Stop
from luban.blocks.flow.throttle import Throttle
from luban.blocks.flow.timer import Timer
from luban.blocks.flow.wait_all import WaitAll
from luban.blocks.io.input import AnyInput
from luban.blocks.io.output import Output
from luban.blocks.logic.if_ import If
from luban.engine.plan import compile_plan
from luban.engine.planner import Planner
from luban.model.run import RunStatus
from luban.sdk.testing import MemoryState
from luban.storage.memory import MemoryDatabase
from luban.testing import TestContext, probe, run_block
from tests.engine.house import House, house_over
from tests.engine.kit import Blocks, graph_of

BLOCKS = Blocks(
    *(AnyInput, Output, If, ForEach, Collect, ParseJson, Stop, Merge, WaitAll, First, Catch, Timer)
)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with house_over(MemoryDatabase(), BLOCKS) as opened:
        yield opened


def given(name: str) -> dict[str, Any]:
    return {"block": "io.input", "with": {"name": name}}


def gives(name: str) -> dict[str, Any]:
    return {"block": "io.output", "with": {"name": name}}


async def test_stop_ends_a_run_as_done_whatever_else_goes_on(house: House) -> None:
    graph = graph_of(
        {
            "x": given("x"),
            "out": gives("out"),
            "stop": {"block": "flow.stop", "with": {"message": "enough"}},
            "after": gives("after"),
            "slow": {"block": "flow.timer", "with": {"days": 1}},
            "late": gives("late"),
        },
        ["x.value -> out.value", "out.output -> stop.value", "stop.message -> after.value",
         "x.value -> slow.value", "slow.value -> late.value"],
    )  # fmt: skip
    run = await house.run(graph, {"x": 1})
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {"out": 1})


async def test_stop_in_a_round_ends_the_whole_run(house: House) -> None:
    body = {
        "mode": "map",
        "over": "x",
        "nodes": {
            "x": given("x"),
            "is": {"block": "logic.if", "with": {"operator": "==", "value2": 2}},
            "stop": {"block": "flow.stop"},
            "y": gives("y"),
        },
        "links": ["x.value -> is.value1", "is.yes_output -> stop.value", "is.no_output -> y.value"],
    }
    graph = graph_of(
        {"items": given("items"), "each": {"body": body}, "out": gives("out")},
        ["items.value -> each.x", "each.y -> out.value"],
    )
    run = await house.run(graph, {"items": [1, 2, 3]})
    assert (run.status, run.outputs) == (RunStatus.COMPLETED, {})


async def test_stop_as_failed_says_why(house: House) -> None:
    stop = {
        "block": "flow.stop",
        "with": {"outcome": "failed", "message": "库存不足", "code": "no"},
    }
    graph = graph_of({"x": given("x"), "stop": stop}, ["x.value -> stop.value"])
    run = await house.run(graph, {"x": 1})
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert (run.error["code"], run.error["message"]) == ("no", "库存不足")


async def test_the_journal_of_a_stopped_run_folds_to_its_end(house: House) -> None:
    graph = graph_of(
        {"x": given("x"), "each": "data.for_each", "stop": "flow.stop", "out": gives("out")},
        ["x.value -> each.items", "each.item -> stop.value", "each.item -> out.value"],
    )
    run = await house.run(graph, {"x": [1, 2, 3]})
    planner = Planner(compile_plan(graph, BLOCKS), {"x": [1, 2, 3]})
    planner.start()
    for event in await house.events(run.id):
        assert planner.apply(event) == [] or not planner.finished
    assert planner.finished
    assert (planner.outputs, run.status) == (run.outputs, RunStatus.COMPLETED)


@pytest.mark.parametrize(
    ("value", "named"), [(5, {"first": 5, "second": "x"}), (1, {"second": "x"})]
)
async def test_all_that_can_come_is_waited_for(house: House, value: int, named: Any) -> None:
    graph = graph_of(
        {
            "v": given("v"),
            "x": given("x"),
            "big": {"block": "logic.if", "with": {"operator": ">", "value2": 3}},
            "all": "flow.wait_all",
            "out": gives("out"),
        },
        ["v.value -> big.value1", "big.yes_output -> all.first", "x.value -> all.second",
         "all.named -> out.value"],
    )  # fmt: skip
    run = await house.run(graph, {"v": value, "x": "x"})
    assert run.outputs == {"out": named}


async def test_the_fastest_branch_goes_on_and_the_others_another_way(house: House) -> None:
    graph = graph_of(
        {
            "x": given("x"),
            "each": "data.for_each",
            "merge": "flow.merge",
            "first": {"block": "flow.first", "with": {"count": 2}},
            "rest": "data.collect",
            "some": "data.collect",
            "out": gives("out"),
            "left": gives("left"),
        },
        ["x.value -> each.items", "each.item -> merge.value", "merge.value -> first.value",
         "first.value -> some.items", "first.later -> rest.items", "some.list -> out.value",
         "rest.list -> left.value"],
    )  # fmt: skip
    run = await house.run(graph, {"x": [1, 2, 3, 4]})
    assert run.outputs == {"out": [1, 2], "left": [3, 4]}


async def test_caught_errors_keep_their_place_among_the_results(house: House) -> None:
    graph = graph_of(
        {
            "x": given("x"),
            "each": "data.for_each",
            "parse": "data.parse_json",
            "catch": {"block": "flow.catch", "with": {"otherwise": "bad"}},
            "all": "data.collect",
            "out": gives("out"),
        },
        ["x.value -> each.items", "each.item -> parse.text", "parse.value -> catch.value",
         "parse.error -> catch.value", "catch.value -> all.items", "all.list -> out.value"],
    )  # fmt: skip
    run = await house.run(graph, {"x": ["1", "{", "[2]", '{"code": 1}']})
    assert run.outputs == {"out": [1, "bad", [2], {"code": 1}]}


async def test_a_timer_waits_the_same_each_time_and_only_once() -> None:
    context = TestContext()
    for attempt in (context, context.again()):
        got = await run_block(Timer, attempt, value="茶", minutes=1, seconds=0.5, repeat=3)
        assert got["value"] == ["茶"] * 3
    assert context.slept == [60.5] * 3


async def test_a_throttle_spreads_what_comes_at_once() -> None:
    context = TestContext()
    seen = await probe(
        Throttle, {"value": list("abcde")}, context=context, limit=2, seconds=10, patience=15
    )
    assert sorted(seen["value"] + seen["refused"]) == list("abcde")
    assert sorted(seen["waited"])[:2] == [0.0, 0.0]


class BusyState(MemoryState):
    """A state in which somebody else is always a moment later."""

    async def get(self, key: str, default: Any = None, *, scope: str = "agent") -> Any:
        return "r_other/node/0"


async def test_only_the_last_of_a_burst_goes_on() -> None:
    assert await run_block(Debounce, TestContext(), value="a") == {"value": ["a"]}
    context = TestContext(state=BusyState())
    assert await run_block(Debounce, context, value="a", seconds=3) == {"superseded": ["a"]}
    assert context.slept == [3]

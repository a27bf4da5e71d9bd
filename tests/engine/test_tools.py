"""Nodes as tools of others: when they run, what they are given, and what may not be used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from luban.engine.history import steps
from luban.engine.plan import compile_plan
from luban.engine.stand_in import StandIns, answers_of
from luban.engine.state import Firing, Frame
from luban.engine.state_view import state_after
from luban.engine.validation import check
from luban.model.events import ChildFinished, StepStarted
from luban.model.run import RunOptions
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    TemporaryError,
    ToolPin,
    UsableTool,
    block,
)
from luban.sdk.block import compile_block
from luban.sdk.errors import BadBlock
from luban.sdk.testing import TestContext, run_block
from tests.engine.house import House
from tests.engine.kit import BLOCKS, add, graph_of

OpenHouse = Callable[..., AbstractAsyncContextManager[House]]


class Chooser(Block):
    """Uses tools as it is told: `[name, arguments]` each."""

    id = "chooser"
    effect = Effect.IDEMPOTENT

    class Input(BlockInput):
        uses: list[list[Any]]
        wanted: list[str] = Field(default_factory=list)
        tools: list[ToolPin] = Field(default_factory=list)

    class Output(BlockOutput):
        result: list[Any]
        offered: list[Any]

    async def run(self, input: Input, ctx: Context) -> Any:
        offered = await ctx.tools(*input.wanted)
        recorded = [UsableTool.from_value(tool.as_value()) for tool in offered]
        by_name = {tool.name: tool for tool in recorded}
        gave = [await ctx.use(by_name[name], arguments) for name, arguments in input.uses]
        return {"result": gave, "offered": [tool.as_value() for tool in offered]}


CODES = BLOCKS.and_(Chooser)


def choosing(uses: list[Any], links: list[str], /, wanted: tuple[str, ...] = (), **tools: Any):
    return graph_of(
        {
            "agent": {"block": "chooser", "with": {"uses": uses, "wanted": list(wanted)}},
            "out": {"block": "result"},
            "offered": {"block": "result"},
            **tools,
        },
        ["agent.result -> out.value", "agent.offered -> offered.value", *links],
    )


async def test_a_tool_runs_only_when_it_is_used_and_its_constants_win(open_house: OpenHouse):
    async with open_house(CODES) as house:
        graph = choosing(
            [["sum", {"b": 2}], ["sum", {"b": 5}]],
            ["sum.as_tool -> agent.tools", "idle.as_tool -> agent.tools"],
            sum={"block": "add", "with": {"a": 40}, "title": "Plus forty"},
            idle={"block": "add"},
        )
        assert check(graph, CODES) == []
        run = await house.run(graph)
        assert run.outputs["out"] == [{"result": 42}, {"result": 45}], run.error
        told = run.outputs["offered"]
        assert [(each["name"], each["title"], each["kind"]) for each in told] == [
            ("sum", "Plus forty", "node"),
            ("idle", "Add", "node"),
        ]
        assert list(told[0]["parameters"]["properties"]) == ["b"]
        assert list(told[1]["parameters"]["properties"]) == ["a", "b"]
        assert told[1]["parameters"]["required"] == ["a"]
        used = [e for e in await house.events(run.id) if isinstance(e, ChildFinished)]
        assert [(e.verb, e.name, e.inputs) for e in used] == [
            ("use", "sum", {"a": 40, "b": 2}),
            ("use", "sum", {"a": 40, "b": 5}),
        ]
        assert run.steps == 5  # the agent, two results, and each use of the tool
        events = await house.events(run.id)
        told = [step for step in steps(graph, CODES, {}, events) if step.verb == "use"]
        assert [(step.node, step.block, step.outputs) for step in told] == [
            ("agent:0", "add", [("result", 42)]),
            ("agent:1", "add", [("result", 45)]),
        ]
        nodes = {each.node: each for each in state_after(graph, CODES, {}, events).nodes}
        assert (nodes["sum"].completed, nodes["sum"].status) == (2, "completed")
        assert nodes["idle"].status == "skipped"


async def test_what_is_not_linked_or_not_taken_is_refused(open_house: OpenHouse):
    stranger = {"name": "sum", "title": "", "description": "", "parameters": {}, "effect": "none",
                "kind": "node", "target": "other", "source": "node"}  # fmt: skip

    @block(id="rash")
    async def rash(ctx: Context, tools: list[ToolPin]) -> list[str]:
        (tool,) = await ctx.tools()
        refused: list[str] = []
        for each, arguments in (
            (UsableTool.from_value(stranger), {}),
            (tool, {"b": 1, "c": 2}),
            (tool, {"b": "many"}),
        ):
            try:
                await ctx.use(each, arguments)
            except BlockError as error:
                refused.append(f"{error.code}: {error}")
        for wanted in ("block:nothing", "family:nothing", "agent:nobody", "sum"):
            try:
                await ctx.tools(wanted)
            except BlockError as error:
                refused.append(f"{error.code}: {error}")
        return refused

    codes = BLOCKS.and_(rash)
    async with open_house(codes) as house:
        graph = graph_of(
            {
                "agent": {"block": "rash"},
                "sum": {"block": "add", "with": {"a": 1}},
                "other": {"block": "add", "with": {"a": 1}},
                "out": {"block": "result"},
            },
            ["sum.as_tool -> agent.tools", "agent.result -> out.value"],
        )
        assert not [each for each in check(graph, codes) if each.node != "other"]
        run = await house.run(graph)
        assert run.error is None, run.error
        stray, unknown, unfit, *unfound = run.outputs["out"]
        assert stray.startswith("tool_unknown") and "there are `sum`" in stray
        assert unknown == "unknown_argument: The tool `sum` takes no `c`. Its arguments are: b."
        assert unfit.startswith("invalid_input") and "many" in unfit
        assert [each.split(":")[0] for each in unfound] == ["tool_unknown"] * 4


async def test_blocks_are_offered_by_id_and_by_family(open_house: OpenHouse):
    async with open_house(CODES) as house:
        run = await house.run(choosing([["add", {"a": 1, "b": 2}]], [], ("block:add", "family:ad")))
        assert run.outputs["out"] == [{"result": 3}], run.error
        names = [each["name"] for each in run.outputs["offered"]]
        assert names[0] == "add"
        assert len(names) == len(set(names))


async def test_tools_work_inside_bodies_each_round_for_itself(open_house: OpenHouse):
    async with open_house(CODES) as house:
        body = {
            "mode": "map",
            "over": "item",
            "nodes": {
                "item": {"block": "given"},
                "agent": {"block": "chooser"},
                "sum": {"block": "add", "with": {"a": 10}},
                "done": {"block": "result"},
            },
            "links": [
                "item.value -> agent.uses",
                "sum.as_tool -> agent.tools",
                "agent.result -> done.value",
            ],
        }
        graph = graph_of(
            {
                "lists": {
                    "block": "given",
                    "with": {"value": [[["sum", {"b": 1}]], [["sum", {"b": 2}]]]},
                },
                "each": {"body": body},
                "out": {"block": "result"},
            },
            ["lists.value -> each.item", "each.done -> out.value"],
        )
        run = await house.run(graph)
        assert run.outputs == {"out": [[{"result": 11}], [{"result": 12}]]}, run.error
        used = [e for e in await house.events(run.id) if isinstance(e, ChildFinished)]
        assert sorted(e.name for e in used) == ["each[0]/sum", "each[1]/sum"]


async def test_a_tool_that_must_not_be_repeated_is_announced_and_answers_in_a_dry_run(
    open_house: OpenHouse,
):
    sent: list[str] = []

    @block(id="send", effect=Effect.ONCE, examples=(Example({"text": "x"}, {"result": "example"}),))
    async def send(text: str) -> str:
        sent.append(text)
        return f"sent {text}"

    codes = CODES.and_(send)
    async with open_house(codes) as house:
        graph = choosing([["mail", {"text": "hi"}]], ["mail.as_tool -> agent.tools"], mail="send")
        run = await house.run(graph)
        assert run.outputs["out"] == [{"result": "sent hi"}], run.error
        begun = [e for e in await house.events(run.id) if isinstance(e, StepStarted)]
        assert [(e.node, e.attempt) for e in begun] == [("agent:0", 1)]
        events = await house.events(run.id)
        again = StandIns(RunOptions(simulate=True), answers_of(events))
        pinned = StandIns(RunOptions(pinned={"mail": {"result": "pinned"}}), {})
        (tool,) = compile_plan(graph, codes).tools
        frame = Frame.of(compile_plan(graph, codes), {})
        firing = Firing(frame, tool, "agent:7", 0, {"text": "other"})
        assert again.answer(firing) == [("result", "sent hi")]
        assert pinned.answer(firing) == [("result", "pinned")]
        assert sent == ["hi"]


async def test_a_failing_tool_is_tried_again_as_its_own_node_says(open_house: OpenHouse):
    tries: list[int] = []

    @block(id="shaky")
    async def shaky() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise TemporaryError("not yet")
        return len(tries)

    codes = CODES.and_(shaky)
    async with open_house(codes) as house:
        retry = {"attempts": 3, "delay": 0.0}
        tool = {"block": "shaky", "retry": retry}
        run = await house.run(choosing([["get", {}]], ["get.as_tool -> agent.tools"], get=tool))
        assert run.outputs["out"] == [{"result": 3}], run.error


def findings(nodes: dict[str, Any], links: list[str]) -> list[tuple[str, str | None]]:
    agent = {"agent": {"block": "chooser", "with": {"uses": []}}}
    return [(each.code, each.node) for each in check(graph_of({**agent, **nodes}, links), CODES)]


def test_what_cannot_be_a_tool_is_told_at_its_node():
    tool = "sum.as_tool -> agent.tools"
    out = {"out": {"block": "result"}}
    assert findings({"sum": "add"}, [tool]) == []
    assert ("tool_node_linked", "sum") in findings(
        {"sum": "add", **out}, [tool, "sum.result -> out.value"]
    )
    assert ("tool_node_linked", "sum") in findings(
        {"sum": "add", "one": {"block": "same", "with": {"value": 1}}},
        [tool, "one.result -> sum.a"],
    )
    assert ("type_mismatch", "agent") in findings({"sum": "add"}, ["sum.as_tool -> agent.wanted"])
    assert ("type_mismatch", "agent") in findings(
        {"sum": {"block": "add", "with": {"a": 1}}}, ["sum.result -> agent.tools"]
    )
    assert ("not_a_tool", "word") in findings({"word": "given"}, ["word.as_tool -> agent.tools"])
    body = {"mode": "map", "over": "item", "nodes": {"item": {"block": "given"}}, "links": []}
    assert ("not_a_tool", "each") in findings(
        {"each": {"body": body}}, ["each.as_tool -> agent.tools"]
    )
    off = {"block": "add", "disabled": True}
    assert ("disabled_source", "sum") in findings({"sum": off}, [tool])
    assert ("invalid_value", "sum") in findings(
        {"sum": {"block": "add", "with": {"a": "x"}}}, [tool]
    )
    assert ("unknown_pin", "sum") in findings({"sum": {"block": "add", "with": {"c": 1}}}, [tool])


def test_no_output_may_be_called_as_the_pin_of_tools():
    class Odd(Block):
        """Gives what it may not."""

        id = "odd"

        class Input(BlockInput):
            pass

        class Output(BlockOutput):
            as_tool: str

        async def run(self, input: Input) -> Any:
            return ""

    with pytest.raises(BadBlock, match="as_tool"):
        compile_block(Odd)


async def test_the_double_gives_tools_and_uses_them():
    sum_ = {"block": "add", "name": "sum", "with": {"a": 40}}
    other = {"agent": "Writer", "parameters": {"type": "object", "properties": {}}}
    world = {"tools": [sum_, other], "blocks": [add], "agents": {"Writer": {"text": "hello"}}}
    context = TestContext.from_world(world)
    uses = [["sum", {"b": 2}], ["Writer", {}], ["add", {"a": 1}]]
    got = await run_block(Chooser, context, uses=uses, wanted=["block:add"])
    assert got["result"] == [[{"result": 42}, {"text": "hello"}, {"result": 2}]]
    assert [each["name"] for each in got["offered"][0]] == ["sum", "Writer", "add"]
    assert [kept.verb for kept in context.record.values()] == ["use", "run_agent", "call"]
    with pytest.raises(BlockError, match="takes no `c`"):
        await run_block(Chooser, TestContext.from_world(world), uses=[["sum", {"c": 2}]])

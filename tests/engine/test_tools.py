"""Nodes as tools of others: when they run, what they are given, and what may not be used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

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
    ToolPin,
    UsableTool,
    block,
)
from tests.engine.house import House
from tests.engine.kit import BLOCKS, graph_of

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

    @block(id="send", effect=Effect.ONCE, examples=[Example({"text": "x"}, {"result": "example"})])
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

"""Blocks tried out in a little graph, as their authors will."""

from __future__ import annotations

from typing import Any

from luban.model.run import RunStatus
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Emissions, Emit, block
from luban.testing import TestContext, probe


@block
async def shout(text: str, times: int = 1) -> str:
    """Say it louder."""
    return text.upper() * times


async def test_tokens_arrive_one_by_one_and_are_converted():
    seen = await probe(shout, {"text": ["a", 7]}, times="2")
    assert seen["result"] == ["AA", "77"]
    assert seen.status is RunStatus.COMPLETED


async def test_tokens_on_two_pins_are_joined():
    seen = await probe(shout, {"text": ["a", "b"], "times": [1, 3]})
    assert seen["result"] == ["A", "BBB"]


async def test_an_error_is_seen_on_its_pin():
    @block(id="refuse")
    async def refuse(text: str) -> str:
        raise BlockError(f"not {text}")

    seen = await probe(refuse, {"text": ["tea", "milk"]})
    assert [error["message"] for error in seen["error"]] == ["not tea", "not milk"]


async def test_streams_and_the_context_work_as_in_a_run():
    class Ticks(Block):
        id = "ticks"

        class Input(BlockInput):
            count: int

        class Output(BlockOutput):
            at: float = Emit("The time.")

        async def run(self, input: Input, ctx: Context) -> Any:
            for _ in range(input.count):
                yield "at", await ctx.state.get("start", 0) + 1

    context = TestContext.from_world({"state": {"start": 41}})
    seen = await probe(Ticks, {"count": [2]}, context=context)
    assert seen["at"] == [42, 42]


async def test_verbs_are_answered_at_once_and_steps_are_real():
    @block(id="greet")
    async def greet(ctx: Context, name: str) -> Any:
        await ctx.sleep(86_400)
        said = await ctx.ask(f"Greet {name}?", choices=["yes", "no"], timeout=60)
        text = await ctx.call("text.template", format="Hello {{ n }}", values={"n": name})
        loud = await ctx.call("shout", text=text["output"])
        below = await ctx.run_agent("Send", text=loud["result"])
        return [said.choice, loud["result"], below, await ctx.wait_for("seen")]

    context = TestContext(
        blocks=[block(shout, id="shout")],
        agents={"Send": {"sent": True}},
        answers=["yes", TimeoutError],
        signals={"seen": [1]},
    )
    seen = await probe(greet, {"name": ["Bo", "Li"]}, context=context)
    assert seen["result"] == [["yes", "HELLO BO", {"sent": True}, 1]]
    assert [error["code"] for error in seen["error"]] == ["wait_timed_out"]
    assert context.slept == [86_400, 86_400]
    assert [asked.question for asked in context.asked] == ["Greet Bo?", "Greet Li?"]


async def test_a_built_in_block_that_waits_is_called():
    @block(id="gate")
    async def gate(ctx: Context, text: str) -> Any:
        return await ctx.call("flow.ask", question="Send?", value=text, choices=["yes", "no"])

    seen = await probe(gate, {"text": ["a"]}, context=TestContext(answers=["no"]))
    assert seen["result"][0]["rejected"] == "a"


async def test_what_is_not_scripted_fails_with_a_reason():
    @block(id="hopeful")
    async def hopeful(ctx: Context) -> Any:
        return await ctx.wait_for("luck")

    (error,) = (await probe(hopeful))["error"]
    assert error["code"] == "not_scripted"
    assert "signals={'luck': [...]}" in error["message"]


class AllAtOnce(Block):
    """Sends each letter, given back at once."""

    id = "my.all_at_once"

    class Input(BlockInput):
        text: str

    class Output(BlockOutput):
        letter: str = Emit("Each of them.")

    async def run(self, input: Input) -> Emissions:
        return Emissions(("letter", letter) for letter in input.text)


async def test_steps_of_a_node_that_takes_one_at_a_time_begin_in_order() -> None:
    seen = await probe(AllAtOnce, {"text": ["abcd", "ef"]})
    assert seen["letter"] == ["a", "b", "c", "d", "e", "f"]

"""Blocks with durable verbs in a context of memory: answered from a script, and from the record."""

from __future__ import annotations

from typing import Any

import pytest

from luban.sdk import (
    Answer,
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    CallFailed,
    ChildRunFailed,
    Context,
    Effect,
    Emit,
    Example,
    PathChanged,
    WaitTimedOut,
    block,
)
from luban.sdk.block import compile_block
from luban.sdk.code import BlockCode
from luban.sdk.errors import VerbMisused
from luban.sdk.testing import TestContext, run_block, try_example


@block(id="shout")
async def shout(text: str) -> str:
    return text.upper()


class Pieces(Block):
    id = "pieces"

    class Input(BlockInput):
        text: str

    class Output(BlockOutput):
        piece: str = Emit()
        count: int

    async def run(self, input: Input) -> Any:
        for piece in input.text:
            yield "piece", piece
        yield "count", len(input.text)


@block(id="order")
async def order(ctx: Context, sum: float) -> Any:
    """Everything a block may ask for."""
    pieces = await ctx.call("pieces", text="ab")
    loud = [(await ctx.call("shout", text=each))["result"] for each in pieces["piece"]]
    answer = await ctx.ask(f"Pay {sum}?", choices=["yes", "no"], details={"sum": sum})
    await ctx.sleep(3600)
    paid = await ctx.wait_for("paid", timeout=60)
    checked = await ctx.run_agent("Check", {"sum": sum}, version="latest", note="n")
    return [loud, answer.choice, answer.comment, paid, checked, ctx.now()]


def world(**more: Any) -> TestContext:
    told: dict[str, Any] = {
        "agents": {"Check": lambda given: {"fine": given["sum"] == 5}},
        "answers": [Answer("yes", comment="go")],
        "signals": {"paid": [{"by": "card"}]},
        "blocks": [shout, Pieces],
    }
    return TestContext(**{**told, **more})


async def test_everything_is_answered_at_once_and_kept_for_the_test() -> None:
    ctx = world()
    (result,) = (await run_block(order, ctx, sum=5))["result"]
    assert result == [["A", "B"], "yes", "go", {"by": "card"}, {"fine": True}, ctx.time + 3600]
    assert ctx.slept == [3600]
    assert ctx.asked == [("Pay 5.0?", ("yes", "no"), {"sum": 5.0}, None)]
    assert ctx.agent_runs == [("Check", {"sum": 5.0, "note": "n"}, "latest")]
    assert [kept.verb for kept in ctx.record.values()] == [
        *("call", "call", "call", "ask", "sleep", "wait_for", "run_agent")
    ]


async def test_the_next_attempt_is_answered_from_the_record() -> None:
    ctx = world()
    first = await run_block(order, ctx, sum=5)
    assert await run_block(order, ctx.again(), sum=5) == first
    assert (len(ctx.slept), len(ctx.asked), len(ctx.agent_runs)) == (1, 1, 1)


async def test_only_what_an_attempt_failed_of_is_done_again() -> None:
    made: list[str] = []

    @block(id="weak")
    async def weak(text: str) -> str:
        made.append(text)
        if made == ["a", "b"]:
            raise BlockError("tired", code="tired")
        return text

    @block(id="caller")
    async def caller(ctx: Context) -> Any:
        return [(await ctx.call("weak", text=each))["result"] for each in "ab"]

    ctx = TestContext(blocks=[weak])
    with pytest.raises(CallFailed, match="tired"):
        await run_block(caller, ctx)
    assert await run_block(caller, ctx.again()) == {"result": [["a", "b"]]}
    assert made == ["a", "b", "b"]


async def test_code_that_takes_another_path_is_found_out() -> None:
    @block(id="moody")
    async def moody(ctx: Context) -> None:
        if ctx.attempt == 1:
            await ctx.sleep(1)
        else:
            await ctx.wait_for("paid")

    ctx = TestContext()
    await run_block(moody, ctx)
    with pytest.raises(PathChanged, match="was sleep, now it is wait_for paid"):
        await run_block(moody, ctx.again())


async def test_silence_takes_as_long_as_the_limit() -> None:
    ctx = world(answers=[TimeoutError, "yes"], signals={"paid": [TimeoutError()]})

    @block(id="patient")
    async def patient(ctx: Context) -> Any:
        with pytest.raises(WaitTimedOut):
            await ctx.ask("There?", timeout=10)
        await ctx.ask("There?")
        with pytest.raises(WaitTimedOut):
            await ctx.wait_for("paid", timeout=5)
        return ctx.now()

    assert await run_block(patient, ctx) == {"result": [ctx.time + 15]}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"answers": []}, "asks 'Pay 5.0.', and the test has no more answers"),
        ({"answers": ["maybe"]}, "answers 'maybe' to 'Pay 5.0.', which offers: yes, no"),
        ({"answers": [TimeoutError]}, "without a limit"),
        ({"signals": {}}, "waits for the signal `paid`"),
        ({"agents": {"Other": {}}}, "runs the agent `Check`, which the test does not have .Other"),
        ({"blocks": [shout]}, "no block `pieces`"),
    ],
)
async def test_what_is_not_scripted_is_told(more: dict[str, Any], told: str) -> None:
    with pytest.raises(CallFailed, match=told) as failed:
        await run_block(order, world(**more), sum=5)
    assert failed.value.code == "not_scripted"


async def test_an_agent_may_fail() -> None:
    with pytest.raises(ChildRunFailed, match="ended failed: out of order"):
        await run_block(order, world(agents={"Check": BlockError("out of order")}), sum=5)


async def test_a_block_with_the_effect_once_may_not_use_them() -> None:
    @block(id="careless", effect=Effect.ONCE)
    async def careless(ctx: Context) -> None:
        await ctx.sleep(1)

    with pytest.raises(VerbMisused, match="ONCE"):
        await run_block(careless, TestContext())


async def test_an_example_may_script_them() -> None:
    script = {"answers": ["yes"], "signals": {"paid": [1]}, "agents": {"Check": {"fine": True}}}
    given = {**script, "blocks": [shout, Pieces], "time": 0}
    result = [["A", "B"], "yes", "", 1, {"fine": True}, 3600.0]
    assert await try_example(order, Example({"sum": 5}, {"result": result}, given)) == []
    assert await try_example(order, Example({"sum": 5}, {"result": result}, {}))


async def test_an_example_may_call_blocks_of_a_library() -> None:
    class Library:
        def find(self, block_id: str) -> BlockCode | None:
            return {"shout": compile_block(shout), "pieces": compile_block(Pieces)}.get(block_id)

    script = {"answers": ["yes"], "signals": {"paid": [1]}, "agents": {"Check": {}}, "time": 0}
    example = Example({"sum": 5}, {"result": [["A", "B"], "yes", "", 1, {}, 3600.0]}, script)
    assert await try_example(order, example, Library()) == []

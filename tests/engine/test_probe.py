"""Blocks tried out in a little graph, as their authors will."""

from __future__ import annotations

from typing import Any

from luban.model.run import RunStatus
from luban.sdk import Block, BlockError, BlockInput, BlockOutput, Context, Emit, block
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

"""What an attempt may send in all, in one piece or as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from luban.engine.bounds import Bounds
from luban.engine.guard import Guard
from luban.sdk import Block, BlockInput, BlockOutput, Emissions, Emit, block
from luban.storage.memory import MemoryDatabase
from tests.engine.house import House
from tests.engine.kit import BLOCKS, graph_of


class AtOnce(Block):
    """A hundred texts, given back at once."""

    id = "at_once"

    class Input(BlockInput):
        pass

    class Output(BlockOutput):
        text: str = Emit("Each of them.")

    async def run(self, input: Input) -> Any:
        return Emissions([("text", "x" * 1000)] * 100)


@block(id="one_by_one")
async def one_by_one() -> AsyncIterator[str]:
    for _ in range(100):
        yield "x" * 1000


@pytest.mark.parametrize("which", ["at_once", "one_by_one"])
async def test_the_sum_of_what_is_sent_has_a_limit(which: str):
    guard = Guard(Bounds(output_bytes=50_000))
    house = House(MemoryDatabase(), BLOCKS.and_(AtOnce, one_by_one), guard=guard)
    try:
        run = await house.run(graph_of({"it": which}, []))
    finally:
        await house.worker.stop()
    assert run.error is not None
    assert (run.error["code"], run.error["node"]) == ("output_too_large", "it")
    assert "LUBAN_MAX_OUTPUT" in run.error["message"]

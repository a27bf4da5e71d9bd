"""Several branches made into one."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field


class Merge(Block):
    """Lets through whatever comes, from however many branches, in the order in which it comes.

    Link all branches to its one input.
    """

    id = "flow.merge"
    title = "Merge"
    category = "flow"
    effect = Effect.NONE
    icon = "merge"
    keywords = ("join", "branches", "either", "junction", "union", "combine")

    class Input(BlockInput):
        value: Any = Field(title="Value", description="Link as many as you like.")

    class Output(BlockOutput):
        value: Any = Field(title="Value", description="The same value.")

    examples = (
        Example({"value": {"a": 1}}, {"value": {"a": 1}}),
        Example({"value": None}, {"value": None}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        return {"value": input.value}

"""A point that is passed when all branches have come."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Example, Field

_NAMES = ("first", "second", "third", "fourth", "fifth", "sixth")


def _branch(number: int) -> Any:
    return Field(
        None,
        title=f"Value {number}",
        description="Link a branch; one that ends without a value is not waited for.",
        advanced=number > 3,
    )


class WaitAll(Block):
    """Waits until a value has come from every branch that is linked, and gives all of them at once.

    A branch that was not taken counts as come, without a value.
    """

    id = "flow.wait_all"
    title = "Wait for all"
    category = "flow"
    effect = Effect.NONE
    icon = "git-merge"
    keywords = ("join", "barrier", "synchronize", "parallel", "gather", "both")

    class Input(BlockInput):
        first: Any = _branch(1)
        second: Any = _branch(2)
        third: Any = _branch(3)
        fourth: Any = _branch(4)
        fifth: Any = _branch(5)
        sixth: Any = _branch(6)

    class Output(BlockOutput):
        values: list[Any] = Field(
            title="Values", description="Those that came, in the order of the inputs.", main=True
        )
        named: dict[str, Any] = Field(
            title="By name", description="The same, as `first`, `second` and so on."
        )
        count: int = Field(title="Count", description="How many came.")

    examples = (
        Example(
            {"first": "a", "second": None, "fourth": 4},
            {
                "values": ["a", None, 4],
                "named": {"first": "a", "second": None, "fourth": 4},
                "count": 3,
            },
        ),
        Example({}, {"values": [], "named": {}, "count": 0}),
    )

    async def run(self, input: Input) -> dict[str, Any]:
        came = input.model_fields_set
        named = {name: getattr(input, name) for name in _NAMES if name in came}
        return {"values": list(named.values()), "named": named, "count": len(named)}

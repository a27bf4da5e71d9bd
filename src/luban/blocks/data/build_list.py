"""A list put together from values."""

from __future__ import annotations

from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emissions, Emit, Example, Field

Items = list[Any]  # the output is called `list`, which hides the built-in in its class


class BuildList(Block):
    """Puts values together into one list, once all of them are there; also cut into batches."""

    id = "data.build_list"
    title = "Build list"
    category = "data"
    effect = Effect.NONE
    icon = "brackets"
    keywords = ("array", "create", "append", "add", "combine", "batch", "concatenate")

    class Input(BlockInput):
        values: list[Any] = Field(
            default_factory=list,
            title="Values",
            description="The items; link to `values[0]`, `values[1]` … to set one.",
        )
        start: list[Any] = Field(
            default_factory=list,
            title="Start from",
            description="A list whose items come first, such as what was gathered so far.",
        )
        batch_size: int | None = Field(
            None,
            ge=1,
            title="Batch size",
            description="Most items per batch; empty makes no batches.",
            advanced=True,
        )

    class Output(BlockOutput):
        list: Items = Field(title="List", description="All items.")
        batch: Items = Emit(
            "One part of the list after another, each of the batch size.", title="Batch"
        )
        count: int = Field(title="Count", description="How many items there are.")

    examples = (
        Example({"values": ["a", 1]}, {"list": ["a", 1], "count": 2}),
        Example({"start": [1], "values": [2]}, {"list": [1, 2], "count": 2}),
        Example(
            {"values": [1, 2, 3], "batch_size": 2},
            {"list": [1, 2, 3], "batch": [[1, 2], [3]], "count": 3},
        ),
        Example({"values": []}, {"list": [], "count": 0}),
    )

    async def run(self, input: Input) -> Emissions:
        items = [*input.start, *input.values]
        sent = Emissions([("list", items)])
        if input.batch_size is not None:
            size = input.batch_size
            sent += [("batch", items[at : at + size]) for at in range(0, len(items), size)]
        sent.append(("count", len(items)))
        return sent

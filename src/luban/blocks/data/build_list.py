"""A list put together from values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from luban.sdk import Block, BlockInput, BlockOutput, Effect, Emissions, Emit, Example, Field
from luban.sdk.values import encode

Items = list[Any]  # the output is called `list`, which hides the built-in in its class


class BuildList(Block):
    """Puts values together into one list, once all of them are there; also cut into batches."""

    id = "data.build_list"
    title = "Build list"
    category = "data"
    effect = Effect.NONE
    icon = "brackets"
    keywords = ("array", "create", "append", "add", "combine", "batch", "chunk")

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
        batch_tokens: int | None = Field(
            None,
            ge=1,
            title="Batch tokens",
            description="Most words and signs per batch, as a model counts them: about four "
            "letters, or one Chinese character. An item that has more gets a batch of its own.",
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
        Example(
            {"values": ["赵州桥", "鲁班锁", "木鸢"], "batch_tokens": 6},
            {
                "list": ["赵州桥", "鲁班锁", "木鸢"],
                "batch": [["赵州桥"], ["鲁班锁"], ["木鸢"]],
                "count": 3,
            },
        ),
        Example({"values": []}, {"list": [], "count": 0}),
    )

    async def run(self, input: Input) -> Emissions:
        items = [*input.start, *input.values]
        sent = Emissions([("list", items)])
        if input.batch_size is not None or input.batch_tokens is not None:
            sent += [("batch", batch) for batch in _batches(items, input)]
        sent.append(("count", len(items)))
        return sent


def _batches(items: Items, input: BuildList.Input) -> Iterator[Items]:
    batch: Items = []
    room = input.batch_tokens
    for item in items:
        tokens = 0 if input.batch_tokens is None else _tokens(item)
        full = len(batch) == input.batch_size or (room is not None and tokens > room)
        if batch and full:
            yield batch
            batch, room = [], input.batch_tokens
        batch.append(item)
        room = None if room is None else room - tokens
    if batch:
        yield batch


def _tokens(item: Any) -> int:
    """An estimate that needs no model's own table: its words differ from model to model."""
    text = encode(item).decode()
    wide = sum(1 for letter in text if letter >= "\u2e80")
    return wide + (len(text) - wide + 3) // 4

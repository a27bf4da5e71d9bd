"""Which blocks fit a task."""

from __future__ import annotations

from luban.blocks.build.example_catalogue import LINE, WORLD
from luban.blocks.build.texts import line
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class FindBlocks(Block):
    """Finds the blocks that fit a task, one line each: id, category, title, what it does."""

    id = "build.find_blocks"
    title = "Find blocks"
    category = "ai"
    effect = Effect.NONE
    icon = "search"
    keywords = ("catalogue", "search", "palette", "builder", "tool")

    class Input(BlockInput):
        query: str = Field(
            title="Looking for",
            description="A few words for what a block should do, such as `read feed`.",
        )
        limit: int = Field(12, ge=1, le=50, title="At most", description="How many blocks.")

    class Output(BlockOutput):
        text: str = Field(title="Blocks", description="One line for each block.", main=True)
        count: int = Field(title="Count", description="How many there are in it.")

    examples = (
        Example({"query": "add numbers"}, {"text": LINE, "count": 1}, WORLD),
        Example(
            {"query": "paint"},
            {
                "text": "No block fits `paint`. Try other words, or fewer.",
                "count": 0,
            },
            WORLD,
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        found = await ctx.catalogue.search(input.query, input.limit)
        nothing = f"No block fits `{input.query}`. Try other words, or fewer."
        return {"text": "\n".join(map(line, found)) or nothing, "count": len(found)}

"""How blocks are used."""

from __future__ import annotations

from luban.blocks.build.example_catalogue import CARD, WORLD
from luban.blocks.build.texts import card
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class DescribeBlocks(Block):
    """Says of blocks which inputs and outputs they have, and what an input is if left out."""

    id = "build.describe_blocks"
    title = "Describe blocks"
    category = "ai"
    effect = Effect.NONE
    icon = "book-open"
    keywords = ("catalogue", "pins", "inputs", "outputs", "builder", "tool")

    class Input(BlockInput):
        blocks: list[str] = Field(
            min_length=1,
            max_length=20,
            title="Blocks",
            description="Their ids, such as `text.join`.",
        )

    class Output(BlockOutput):
        text: str = Field(
            title="Description", description="The pins of each, one to a line.", main=True
        )

    examples = (
        Example({"blocks": ["maths.add"]}, {"text": CARD}, WORLD),
        Example({"blocks": ["maths.ad"]}, {"error": {"code": "not_found"}}, WORLD),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        return {"text": "\n\n".join(map(card, await ctx.catalogue.describe(input.blocks)))}

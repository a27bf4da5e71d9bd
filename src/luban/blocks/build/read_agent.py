"""An agent as text."""

from __future__ import annotations

from luban.blocks.build.example_catalogue import TEXT
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field


class ReadAgent(Block):
    """Gives the draft of an agent as the text of an agent file."""

    id = "build.read_agent"
    title = "Read an agent"
    category = "ai"
    effect = Effect.NONE
    icon = "file-text"
    keywords = ("export", "yaml", "document", "builder", "tool")

    class Input(BlockInput):
        agent: str = Field(min_length=1, title="Agent", description="Its name or id.")

    class Output(BlockOutput):
        text: str = Field(title="Agent file", description="The agent, as YAML.", main=True)

    examples = (
        Example({"agent": "Hello"}, {"text": TEXT}, {"catalogue": {"agents": {"Hello": TEXT}}}),
        Example({"agent": "Bye"}, {"error": {"code": "not_found"}}, {"catalogue": {}}),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, object]:
        return {"text": await ctx.catalogue.agent(input.agent)}

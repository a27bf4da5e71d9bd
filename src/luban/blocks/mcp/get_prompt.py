"""A prompt that a server keeps ready."""

from __future__ import annotations

from typing import Any

from luban.blocks.mcp.received import text_of
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, Message


class GetPrompt(Block):
    """Fills in a prompt of an MCP server that was added in Settings."""

    id = "mcp.get_prompt"
    title = "Get an MCP prompt"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "message-square-quote"
    keywords = ("mcp", "prompt", "server", "template", "messages")

    class Input(BlockInput):
        server: str = Field(
            title="Server", description="Its name in Settings, MCP servers.", min_length=1
        )
        prompt: str = Field(title="Prompt", description="Its name at that server.", min_length=1)
        arguments: dict[str, Any] = Field(
            default_factory=dict, title="Arguments", description="What is filled in, by name."
        )
        timeout: float = Field(
            60, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="All its messages as one text.", main=True)
        messages: list[Message] = Field(title="Messages", description="Each with its role.")

    examples = (
        Example(
            {"server": "notes", "prompt": "review", "arguments": {"text": "x"}},
            {"text": "Review: x", "messages": [{"role": "user", "content": "Review: x"}]},
            {"mcp": {"notes/review": [{"role": "user", "text": "Review: x"}]}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        arguments = {name: str(value) for name, value in input.arguments.items()}
        found = await ctx.mcp.prompt(input.server, input.prompt, arguments, timeout=input.timeout)
        messages = [{"role": each.role, "content": each.part.text} for each in found]
        return {"text": text_of(each.part for each in found), "messages": messages}

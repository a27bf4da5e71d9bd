"""Something to read at a server that somebody added."""

from __future__ import annotations

from typing import Any

from luban.blocks.mcp.received import files_of, text_of
from luban.sdk import Block, BlockInput, BlockOutput, Context, Effect, Example, Field, FileRef


class ReadResource(Block):
    """Reads a resource of an MCP server that was added in Settings, by its address there."""

    id = "mcp.read_resource"
    title = "Read an MCP resource"
    category = "ai"
    effect = Effect.IDEMPOTENT
    icon = "book-open"
    keywords = ("mcp", "resource", "server", "read", "document", "context")

    class Input(BlockInput):
        server: str = Field(
            title="Server", description="Its name in Settings, MCP servers.", min_length=1
        )
        uri: str = Field(title="Address", description="As the server lists it.", min_length=1)
        timeout: float = Field(
            60, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        text: str = Field(title="Text", description="The texts it holds, joined.", main=True)
        files: list[FileRef] = Field(title="Files", description="What it holds beside text.")

    examples = (
        Example(
            {"server": "notes", "uri": "notes://today"},
            {"text": "Mend the roof", "files": []},
            {"mcp": {"notes/notes://today": [{"kind": "text", "text": "Mend the roof"}]}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        parts = await ctx.mcp.read(input.server, input.uri, timeout=input.timeout)
        return {"text": text_of(parts), "files": await files_of(parts, ctx)}

"""A tool of a server that somebody added."""

from __future__ import annotations

from typing import Any

from luban.blocks.mcp.received import files_of, text_of
from luban.sdk import (
    Block,
    BlockError,
    BlockInput,
    BlockOutput,
    Context,
    Effect,
    Example,
    Field,
    FileRef,
)

_LONGEST = 2000


class CallTool(Block):
    """Uses a tool of an MCP server that was added in Settings. What comes back is foreign text."""

    id = "mcp.call"
    title = "Use an MCP tool"
    category = "ai"
    effect = Effect.ONCE
    icon = "plug"
    keywords = ("mcp", "tool", "server", "plugin", "external", "call", "function")

    class Input(BlockInput):
        server: str = Field(
            title="Server", description="Its name in Settings, MCP servers.", min_length=1
        )
        tool: str = Field(title="Tool", description="Its name at that server.", min_length=1)
        arguments: dict[str, Any] = Field(
            default_factory=dict, title="Arguments", description="What the tool is given, by name."
        )
        timeout: float = Field(
            60, gt=0, le=3600, title="Time limit", description="Seconds.", advanced=True
        )

    class Output(BlockOutput):
        result: str = Field(title="Result", description="The texts it gave, joined.", main=True)
        structured: Any = Field(title="Data", description="What it gave as data, if it did.")
        files: list[FileRef] = Field(
            title="Files", description="Pictures, sound and files it gave."
        )

    examples = (
        Example(
            {"server": "weather", "tool": "today", "arguments": {"city": "Pisa"}},
            {"result": "Sunny", "structured": {"degrees": 21}, "files": []},
            {"mcp": {"weather/today": {"text": "Sunny", "structured": {"degrees": 21}}}},
        ),
        Example(
            {"server": "weather", "tool": "today"},
            {"error": {"code": "mcp_tool_failed"}},
            {"mcp": {"weather/today": {"text": "Which city?", "failed": True}}},
        ),
    )

    async def run(self, input: Input, ctx: Context) -> dict[str, Any]:
        answer = await ctx.mcp.call(
            input.server,
            input.tool,
            input.arguments,
            timeout=input.timeout,
            progress=ctx.progress,
            log=ctx.log,
        )
        text = text_of(answer.parts)
        if answer.failed:
            raise BlockError(
                f"The tool `{input.tool}` of `{input.server}` failed: {text[:_LONGEST]}",
                zh=f"“{input.server}”的工具“{input.tool}”失败：{text[:_LONGEST]}",
                code="mcp_tool_failed",
            )
        files = await files_of(answer.parts, ctx)
        return {"result": text, "structured": answer.structured, "files": files}

"""The server of the protocol: lists tools and runs them, for whoever a message comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from luban.api.caller import require
from luban.api.mcp.calls import performed
from luban.model.access import Caller
from luban.model.block import Effect
from luban.model.errors import LubanError
from luban.sdk.tools import UsableTool
from luban.services.house import House

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolResult, ListToolsResult, Tool

READ, RUN = "agent.read", "run.start"
_ABOUT = (
    "Each tool is an agent or a block of a Luban server. A call is a run there: it may take long, "
    "tells its steps as progress, and is cancelled with the call."
)


def protocol_server(house: House, caller_of: Callable[[Any], Caller]) -> Server[Any]:
    """`caller_of` says who sent the request that a message came with, if it came with one."""
    from mcp.server.lowlevel import Server
    from mcp.shared.exceptions import MCPError
    from mcp_types import INVALID_PARAMS, CallToolResult, ListToolsResult, TextContent

    async def list_tools(ctx: Any, params: Any) -> ListToolsResult:
        caller = caller_of(ctx.request)
        _require(caller, READ)
        offered = await house.offering.tools(caller.team)
        return ListToolsResult(tools=[_tool(each.tool) for each in offered])

    async def call_tool(ctx: Any, params: Any) -> CallToolResult:
        caller = caller_of(ctx.request)
        _require(caller, RUN)

        async def told(done: float, text: str) -> None:
            await ctx.session.report_progress(done, None, text)

        try:
            result = await performed(house, caller, params.name, dict(params.arguments or {}), told)
        except LubanError as error:
            if error.code == "tool_unknown":
                raise MCPError(INVALID_PARAMS, str(error)) from error
            return CallToolResult(
                content=[TextContent(type="text", text=str(error))], is_error=True
            )
        return CallToolResult(
            content=[TextContent(type="text", text=result.text)],
            structured_content=result.structured,
            is_error=result.failed,
        )

    def _require(caller: Caller, permission: str) -> None:
        try:
            require(caller, permission)
        except LubanError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from error

    return Server(
        "luban",
        title="Luban",
        version=str(house.about["version"]),
        instructions=_ABOUT,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(tool: UsableTool) -> Tool:
    from mcp_types import Tool, ToolAnnotations

    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description or tool.title,
        input_schema={"type": "object", **tool.parameters},
        annotations=ToolAnnotations(
            title=tool.title, read_only_hint=True if tool.effect is Effect.NONE else None
        ),
    )

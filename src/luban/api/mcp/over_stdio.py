"""The protocol over this program's own input and output, for whoever started it."""

from __future__ import annotations

from luban.api.mcp.serving import protocol_server
from luban.model.access import Caller
from luban.services.house import House


async def serve_stdio(house: House, caller: Caller) -> None:
    """Until the input ends."""
    from mcp.server.stdio import stdio_server

    server = protocol_server(house, lambda request: caller)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())

"""`luban mcp serve`: this machine's agents, or a server's, as tools over input and output."""

from __future__ import annotations

import os
from pathlib import Path


async def serve(server: str | None, data: Path | None) -> None:
    """Nothing but messages of the protocol is written to the output."""
    from luban.cli.reach import settings_of

    address = server or os.environ.get("LUBAN_SERVER")
    if address:
        from luban.cli.signed_in import token_for
        from luban.mcp.bridge import bridge

        await bridge(f"{address.rstrip('/')}/mcp", token_for(address, data) or "")
        return
    from luban.api.mcp.over_stdio import serve_stdio
    from luban.model.access import LOCAL, PERMISSIONS, Caller
    from luban.server.wiring import open_home

    async with open_home(settings_of(data)) as home:
        await home.start_worker()
        caller = Caller(LOCAL, LOCAL, frozenset(PERMISSIONS), by="local")
        await serve_stdio(home.house, caller)

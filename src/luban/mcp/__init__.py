"""Sessions with servers of tools that speak the Model Context Protocol."""

from luban.mcp.sessions import McpSessions

__all__ = ["McpSessions"]

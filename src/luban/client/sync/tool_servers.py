# Generated from luban/client/tool_servers.py by ./run fix.

"""Servers of tools, and what they offer."""

from __future__ import annotations

from typing import Any

from luban.client.sync.transport import Transport
from luban.model.provider_views import ConnectView
from luban.model.tool_server_views import ToolServerView
from luban.model.views import ItemsView


class ToolServers:
    """Those of the team that asks, and those that everybody has; named by id or name."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> ItemsView[ToolServerView]:
        return self._transport.ask(ItemsView[ToolServerView], "GET", "/tool-servers")

    def create(self, name: str, **wanted: Any) -> ToolServerView:
        """`wanted`: url or command, environment, folders, network, credential, shared."""
        return self._transport.ask(
            ToolServerView, "POST", "/tool-servers", json={"name": name, **wanted}
        )

    def get(self, server: str) -> ToolServerView:
        return self._transport.ask(ToolServerView, "GET", f"/tool-servers/{server}")

    def set(self, server: str, name: str, **wanted: Any) -> ToolServerView:
        """Replaces what was entered; `wanted` as for `create`."""
        return self._transport.ask(
            ToolServerView, "PUT", f"/tool-servers/{server}", json={"name": name, **wanted}
        )

    def delete(self, server: str) -> None:
        self._transport.send("DELETE", f"/tool-servers/{server}")

    def test(self, server: str) -> ToolServerView:
        """Asks it again what it offers."""
        return self._transport.ask(ToolServerView, "POST", f"/tool-servers/{server}/test")

    def approve(self, server: str) -> ToolServerView:
        """Agrees to what it says of its tools now."""
        return self._transport.ask(ToolServerView, "POST", f"/tool-servers/{server}/approve")

    def connect(self, server: str, *, elsewhere: bool = True) -> ConnectView:
        """Begins to connect an account; a person goes to `url`."""
        return self._transport.ask(
            ConnectView, "POST", f"/tool-servers/{server}/connect", json={"elsewhere": elsewhere}
        )

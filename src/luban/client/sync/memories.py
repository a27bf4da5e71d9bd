# Generated from luban/client/memories.py by ./run fix.

"""What agents remember, through the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from luban.client.sync.transport import Transport
from luban.model.memory_views import MemoryView
from luban.model.views import PageView


class Memories:
    """The memories of a server: of one `agent`, or without it what all agents share."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, agent: str = "", search: str = "", page: int = 1, page_size: int = 50
    ) -> PageView[MemoryView]:
        """The one changed last first, or what has the words of `search`."""
        params = {"agent": agent, "search": search, "page": page, "page_size": page_size}
        return self._transport.ask(PageView[MemoryView], "GET", "/memories", params=params)

    def get(self, memory: str, *, agent: str = "") -> MemoryView:
        path, params = f"/memories/{quote(memory, safe='')}", {"agent": agent}
        return self._transport.ask(MemoryView, "GET", path, params=params)

    def add(
        self,
        text: str,
        *,
        kind: str = "fact",
        about: str = "",
        importance: float = 0.5,
        agent: str = "",
    ) -> MemoryView:
        sent = {"text": text, "kind": kind, "about": about, "importance": importance}
        params = {"agent": agent}
        return self._transport.ask(MemoryView, "POST", "/memories", params=params, json=sent)

    def change(self, memory: MemoryView, *, agent: str = "", **changes: Any) -> MemoryView:
        """Takes what is to be otherwise: `text kind about importance trusted`."""
        now = memory.model_dump(include={"text", "kind", "about", "importance", "trusted"})
        path, params = f"/memories/{quote(memory.id, safe='')}", {"agent": agent}
        sent = {**now, **changes}
        return self._transport.ask(MemoryView, "PUT", path, params=params, json=sent)

    def delete(self, memory: str, *, agent: str = "") -> None:
        path, params = f"/memories/{quote(memory, safe='')}", {"agent": agent}
        self._transport.send("DELETE", path, params=params)

    def export(self, *, agent: str = "") -> bytes:
        """All of them as a JSON list."""
        params = {"agent": agent}
        return (self._transport.send("GET", "/memories/export", params=params)).content

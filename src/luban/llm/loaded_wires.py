"""The wires of this process, each loaded by the first call that needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from luban.llm.model_config import WireName

if TYPE_CHECKING:
    import httpx2

    from luban.llm.wires.wire import Wire

_MODULES: dict[WireName, str] = {
    "openai-chat": "openai_wire",
    "openai-responses": "openai_wire",
    "openai-completions": "openai_wire",
    "openai-embeddings": "openai_wire",
    "openai-images": "openai_wire",
    "anthropic": "anthropic_wire",
    "google": "google_wire",
}


class LoadedWires:
    """Two of each: for addresses that administrators wrote, and for those of everybody else.

    `guarded` makes the connections of the latter. Belongs to one event loop.
    """

    def __init__(self, guarded: Callable[[], httpx2.AsyncBaseTransport] | None = None) -> None:
        self._guarded = guarded
        self._wires: dict[tuple[str, bool], Wire] = {}
        self._loading = asyncio.Lock()

    async def get(self, name: WireName, *, guarded: bool) -> Wire:
        """The wire of a row. What is to be guarded and cannot be is not asked."""
        module = _MODULES[name]
        async with self._loading:
            place = (module, guarded)
            if place not in self._wires:
                # A second of importing: in a thread, so that other runs go on meanwhile.
                self._wires[place] = await asyncio.to_thread(self._load, module, guarded)
            return self._wires[place]

    def _load(self, module: str, guarded: bool) -> Wire:
        found = import_module(f"luban.llm.wires.{module}")
        return found.WIRE(self._transport() if guarded else None)

    def _transport(self) -> httpx2.AsyncBaseTransport:
        if self._guarded is None:
            raise RuntimeError("nobody said how guarded connections are made")
        return self._guarded()

    async def aclose(self) -> None:
        """Ends all connections; a later call opens new ones."""
        wires, self._wires = self._wires, {}
        for wire in wires.values():
            await wire.aclose()

# Generated from luban/client/blocks.py by ./run fix.

"""Blocks, through the API."""

from __future__ import annotations

from luban.client.sync.transport import Transport
from luban.model.block import BlockSpec
from luban.model.views import BrokenBlockView, ItemsView


class Blocks:
    """The blocks a server has."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> list[BlockSpec]:
        return (self._transport.ask(ItemsView[BlockSpec], "GET", "/blocks")).items

    def get(self, block_id: str) -> BlockSpec:
        return self._transport.ask(BlockSpec, "GET", f"/blocks/{block_id}")

    def broken(self) -> list[BrokenBlockView]:
        found = self._transport.ask(ItemsView[BrokenBlockView], "GET", "/blocks/broken")
        return found.items

"""Blocks, through the API."""

from __future__ import annotations

from luban.client.transport import Transport
from luban.model.block import BlockSpec
from luban.model.views import BrokenBlockView, ItemsView


class Blocks:
    """The blocks a server has."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> list[BlockSpec]:
        return (await self._transport.ask(ItemsView[BlockSpec], "GET", "/blocks")).items

    async def get(self, block_id: str) -> BlockSpec:
        return await self._transport.ask(BlockSpec, "GET", f"/blocks/{block_id}")

    async def broken(self) -> list[BrokenBlockView]:
        found = await self._transport.ask(ItemsView[BrokenBlockView], "GET", "/blocks/broken")
        return found.items

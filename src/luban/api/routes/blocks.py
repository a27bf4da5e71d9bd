"""`/blocks`: what agents are built of."""

from __future__ import annotations

import asyncio
from typing import Literal

from fastapi import APIRouter

from luban.api.caller import Owner, TheHouse, needs
from luban.api.render import broken_view
from luban.model.block import BlockSpec
from luban.model.views import BrokenBlockView, ItemsView

router = APIRouter(prefix="/blocks", tags=["blocks"])


@router.get("", dependencies=[needs("agent.read")])
async def list_blocks(
    house: TheHouse, owner: Owner, versions: Literal["newest", "all"] = "newest"
) -> ItemsView[BlockSpec]:
    """Every block; the first time they are loaded and judged, which takes a while.

    With `versions=all` also those behind the newest, where several stand side by side; they come
    last.
    """
    found = list(await asyncio.to_thread(house.blocks.list))
    return ItemsView(items=[*found, *(house.blocks.older() if versions == "all" else ())])


@router.get("/broken", dependencies=[needs("agent.read")])
async def list_broken_blocks(house: TheHouse, owner: Owner) -> ItemsView[BrokenBlockView]:
    """Files of blocks that cannot be used: the line, the reason, and the blocks missing for it."""
    return ItemsView(items=[broken_view(each) for each in house.blocks.broken()])


@router.get("/{block_id}", dependencies=[needs("agent.read")])
async def get_block(house: TheHouse, owner: Owner, block_id: str) -> BlockSpec:
    return await asyncio.to_thread(house.blocks.get, block_id)

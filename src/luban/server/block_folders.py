"""Block folders watched: an edited block is used by the next run, without a restart."""

from __future__ import annotations

import asyncio
import logging

from luban.server.wiring import Home

log = logging.getLogger(__name__)

_EVERY = 2.0


async def watch(home: Home) -> None:
    """Looks again every two seconds, for as long as it is let."""
    while True:
        await asyncio.sleep(_EVERY)
        changes = await asyncio.to_thread(home.registry.reload)
        if not changes:
            continue
        home.blocks_changed()
        for what in ("added", "changed", "removed"):
            for block_id in getattr(changes, what):
                log.info("block %s %s", block_id, what)
        for broken in changes.broken:
            log.warning("%s:%s %s", broken.path, broken.line, broken.message)

"""Files of runs that are gone: removed once nothing that is stored speaks of them."""

from __future__ import annotations

import asyncio
import logging

from luban.model.errors import LubanError
from luban.ports.clock import Clock
from luban.ports.files import FileStore

log = logging.getLogger(__name__)

_EVERY = 3600.0
"""Seconds between two passes: each looks through everything that could name a file."""
_GRACE = 86_400.0
"""A file that was just made may be on its way to whatever will name it."""
_AT_ONCE = 200


class FileCollection:
    """Collects what runs have left behind; files at a path of a workspace are nobody's leavings."""

    def __init__(self, files: FileStore, clock: Clock, *, grace: float = _GRACE) -> None:
        self._files = files
        self._clock = clock
        self._grace = grace

    async def go_on(self) -> None:
        """Passes over all owners every hour, for as long as it is let."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                if removed := await self.pass_over():
                    log.info("%s files of runs that are gone were deleted", removed)
            except LubanError as error:
                log.warning("files of runs that are gone are not deleted for now: %s", error)

    async def pass_over(self) -> int:
        """Deletes all there are now; how many. Raises what the store does."""
        removed = 0
        before = self._clock.now() - self._grace
        while unused := await self._files.unused(before, _AT_ONCE):
            for file in unused:
                removed += await self._files.delete(file.owner, file.id)
        return removed

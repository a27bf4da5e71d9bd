"""Keeps a process of its own for runs that killed their worker, for as long as there are any."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress

from luban.server.settings import Settings, as_environment

log = logging.getLogger(__name__)

_PARTING = 2.0
"""Seconds the process is given to hand back what it runs."""


class Isolation:
    """At most one process; when a run kills it too, the next look starts another."""

    def __init__(self, settings: Settings) -> None:
        self._environment = as_environment(settings)
        self._starting: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._closed = False

    def needed(self) -> None:
        """There are runs that only such a process may take."""
        if self._closed or (self._starting is not None and not self._starting.done()):
            return
        if self._process is None or self._process.returncode is not None:
            self._starting = asyncio.create_task(self._start())

    async def aclose(self) -> None:
        self._closed = True
        if self._starting is not None:
            await self._starting
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_PARTING):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start(self) -> None:
        log.warning("runs that killed their worker go on in a process of their own")
        with suppress(OSError):  # no process can be made now: the next look tries again
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "luban.server.worker_process", env=self._environment
            )

"""A process that only runs runs: beside a server, on another machine, or by itself.

`python -m luban.server.worker_process` is the isolated form: it takes the runs that killed other
workers, one at a time with bounded memory, and ends when none is left.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from luban.model.errors import LubanError
from luban.server.beside import stand_watch
from luban.server.block_folders import watch
from luban.server.heap import settle_heap
from luban.server.logs import install
from luban.server.process import fast_loop
from luban.server.settings import Settings, read_settings
from luban.server.wiring import Home, open_home
from luban.vault.scrubbing import scrub_streams

log = logging.getLogger(__name__)

_IDLE_LOOK = 1.0
"""Seconds between two looks whether anything is left to do."""


def run_worker(settings: Settings, ready: Callable[[], None]) -> None:
    """Runs runs until the process is told to stop. Raises `LubanError` if it cannot begin."""
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_work(settings, ready))


def run_isolated(settings: Settings) -> None:
    """Runs what killed other workers, until none of it is left."""
    _bound_memory(settings.isolated_memory)
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_work_off(settings))


async def _work(settings: Settings, ready: Callable[[], None]) -> None:
    async with open_home(settings) as home:
        scrub_streams(home.vault.scrubber)
        stopped = _told_to_stop()
        settle_heap()
        await home.start_worker()
        beside = [asyncio.create_task(each) for each in (watch(home), stand_watch(home))]
        ready()
        await stopped.wait()
        for each in beside:
            each.cancel()
            with suppress(asyncio.CancelledError):
                await each


async def _work_off(settings: Settings) -> None:
    async with open_home(settings, isolated=True) as home:
        scrub_streams(home.vault.scrubber)
        stopped = _told_to_stop()
        await home.start_worker()
        while not stopped.is_set() and await _is_needed(home):
            with suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_LOOK):
                    await stopped.wait()


async def _is_needed(home: Home) -> bool:
    return home.worker.running > 0 or await home.queue.isolated() > 0


def _told_to_stop() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(each, stopped.set)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows
            signal.signal(each, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped


def _bound_memory(limit: int) -> None:
    """Refuses more memory than this, so that a block that wants it fails, and not the machine."""
    try:
        import resource
    except ImportError:  # Windows
        return
    if limit:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


def main() -> int:
    try:
        settings = read_settings()
        install(settings, process="isolated")
        run_isolated(settings)
    except LubanError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

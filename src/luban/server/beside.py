"""What a process does beside its work, as long as it lives: it is measured, and can be read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from luban.server.metrics_port import metrics_port
from luban.server.watching import measure_loop
from luban.server.wiring import Home

log = logging.getLogger(__name__)

_PAUSE = 5.0


async def stand_watch(home: Home) -> None:
    """Goes on until it is cancelled; what cannot be done is told once, and the rest goes on."""
    async with asyncio.TaskGroup() as group:
        group.create_task(measure_loop(home.collector))
        group.create_task(_open_port(home))
        group.create_task(_whatever_comes(home.sending.go_on))


async def _whatever_comes(work: Callable[[], Awaitable[None]]) -> None:
    """Begins anew with what breaks for a reason that nobody thought of."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("it is begun anew in %s s", _PAUSE)
        await asyncio.sleep(_PAUSE)


async def _open_port(home: Home) -> None:
    port = home.settings.metrics_port
    if not port:
        return
    try:
        async with metrics_port(home.house, port) as opened:
            log.info("metrics can be read at http://127.0.0.1:%s/metrics", opened)
            await _forever()
    except OSError as error:
        log.error("the port %s for metrics cannot be used: %s", port, error)


def _forever() -> Awaitable[None]:
    return asyncio.get_running_loop().create_future()

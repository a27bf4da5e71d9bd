"""Whether the server works: checks with a time limit each, made at the same time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Literal, NamedTuple

from luban.ports.clock import Clock

log = logging.getLogger(__name__)

Check = Callable[[], Coroutine[Any, Any, object]]
"""Returns if all is well, and raises if it is not."""
_PATIENCE = 2.0
_FRESH = 1.0
"""Seconds for which an answer is given again: checks are no way to keep the server busy."""


class Checked(NamedTuple):
    """What a check said. `error` is for who may see how the server stands."""

    status: Literal["healthy", "unhealthy", "error"]
    duration: float
    at: float
    error: str | None = None


class Health(NamedTuple):
    """How everything stands; `unhealthy` when a check that must pass does not.

    What is only quicker with something that is away, says so in its check alone.
    """

    status: Literal["healthy", "unhealthy"]
    checks: dict[str, Checked]
    at: float


class HealthChecks:
    """The checks there are. `ready` is false before everything is open, and while it closes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._checks: dict[str, tuple[Check, float]] = {}
        self._spared: set[str] = set()
        self._last: tuple[float, Health] | None = None
        self._asking = asyncio.Lock()
        self.ready = False

    def register(
        self, name: str, check: Check, *, seconds: float = _PATIENCE, needed: bool = True
    ) -> None:
        """A check that takes longer than `seconds` is in error; what is not `needed` may be."""
        (self._spared.discard if needed else self._spared.add)(name)
        self._checks[name] = (check, seconds)
        self._last = None

    async def run(self) -> Health:
        """What all checks say, at most a second ago."""
        async with self._asking:  # however many ask, each check is made once
            now = self._clock.monotonic()
            if self._last is not None and now - self._last[0] < _FRESH:
                return self._last[1]
            health = await self._run()
            self._last = (self._clock.monotonic(), health)
            return health

    async def _run(self) -> Health:
        names = list(self._checks)
        found = await asyncio.gather(*(self._checked(name) for name in names))
        checks = dict(zip(names, found, strict=True))
        well = all(checks[name].status == "healthy" for name in names if name not in self._spared)
        return Health("healthy" if well else "unhealthy", checks, self._clock.now())

    async def _checked(self, name: str) -> Checked:
        check, seconds = self._checks[name]
        began, at = time.perf_counter(), self._clock.now()
        try:
            await asyncio.wait_for(check(), seconds)
        except TimeoutError:
            return self._failed(name, "error", began, at, f"no answer after {seconds:g} s")
        except Exception as error:  # noqa: BLE001 (whatever a check raises is its answer)
            return self._failed(name, "unhealthy", began, at, str(error) or type(error).__name__)
        return Checked("healthy", time.perf_counter() - began, at)

    def _failed(
        self, name: str, status: Literal["unhealthy", "error"], began: float, at: float, why: str
    ) -> Checked:
        log.warning("the check %s fails: %s", name, why)
        return Checked(status, time.perf_counter() - began, at, why)

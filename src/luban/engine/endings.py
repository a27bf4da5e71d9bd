"""Blocks told to stop: those that do not obey are left behind, and what they do counts no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from luban.engine import whose
from luban.engine.context import StepContext
from luban.engine.findings import WOULD_NOT_STOP, Findings, Sighting, seen
from luban.model.hiding import Hidden


class Endings:
    """Ends tasks, and keeps those that would not end until they do."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._lost: dict[asyncio.Task[Any], Sighting | None] = {}

    @property
    def lost(self) -> int:
        """How many tasks go on although they were told to stop."""
        return len(self._lost)

    async def end(self, tasks: Iterable[asyncio.Task[Any]], grace: float) -> set[asyncio.Task[Any]]:
        """Cancels tasks and returns those that have not ended after `grace` seconds.

        Those are left behind: their steps can send nothing any more, no loop that closes waits for
        them, and what they raise later is dropped.
        """
        told = [task for task in tasks if not task.done()]
        for task in told:
            task.cancel()
        if not told:
            return set()
        _, stubborn = await asyncio.wait(told, timeout=grace)
        for task in stubborn:
            self._leave(task)
        return stubborn

    def _leave(self, task: asyncio.Task[Any]) -> None:
        if task in self._lost:
            return
        sighting: Sighting | None = None
        ctx = whose.of_task(task)
        if ctx is not None:
            revoke(ctx)
            sighting = _sighting(ctx)
            self._findings.note(sighting)
        self._lost[task] = sighting
        task.add_done_callback(self._ended)
        # A loop that closes would wait for every task it knows, and so never close.
        forget = asyncio.tasks._unregister_task  # pyright: ignore[reportAttributeAccessIssue]
        forget(task)
        task._log_destroy_pending = False  # pyright: ignore[reportAttributeAccessIssue]

    def _ended(self, task: asyncio.Task[Any]) -> None:
        sighting = self._lost.pop(task, None)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told it never was
        if sighting is not None:
            self._findings.over(sighting, time.time())


def revoke(ctx: StepContext) -> None:
    """From now on the attempt reaches nothing through its context: its step has ended."""
    ctx._host = _Gone(ctx._host.hidden)  # pyright: ignore[reportPrivateUsage]
    ctx._verbs = None  # pyright: ignore[reportPrivateUsage]


class _Gone:
    """The run loop, for an attempt that is over; what it knew is still a secret."""

    def __init__(self, hidden: Hidden | None) -> None:
        self.hidden = hidden

    def hide(self, values: Iterable[str], done: Callable[[], None]) -> NoReturn:
        raise asyncio.CancelledError

    async def emit(self, ctx: StepContext, pin: str, value: Any) -> None:
        self.verbs(ctx)

    @property
    def calling(self) -> NoReturn:
        raise asyncio.CancelledError

    def verbs(self, ctx: StepContext) -> NoReturn:
        raise asyncio.CancelledError


def _sighting(ctx: StepContext) -> Sighting:
    code, now = ctx.firing.node.code, time.time()
    block = code.spec.id if code is not None else "?"
    remark = WOULD_NOT_STOP.at(node=ctx.firing.path, block=block)
    return seen(remark, since=now, now=now, run=ctx.run_id, block=block)

"""Watches the event loop: names the block that holds it up, and throws it out if it goes on.

No thread is needed: the loop winds up an alarm of the operating system again and again, and only
when it does not come to do so the alarm rings. Python then runs the handler inside of whatever
holds the loop, an endless loop, a sleep, a socket or a regular expression, and what the handler
raises is raised there. Code in C that never asks for signals cannot be reached.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from luban.engine import whose
from luban.engine.attempt import BlocksTheLoop, Evicted
from luban.engine.findings import BUSY_LOOP, HELD_LOOP, Findings, Sighting, seen
from luban.engine.whose import Place

log = logging.getLogger(__name__)


class LoopWatch:
    """One for the loop of the main thread.

    `limit` is how many seconds a block may hold the loop, `beat` how many lie between two windings
    of the alarm, and between two rings. It uses SIGALRM, and leaves it to whoever has it already.
    """

    def __init__(self, limit: float, findings: Findings, *, beat: float = 0.5) -> None:
        self._limit = limit
        self._findings = findings
        self._beat = beat
        self._first = 2 * beat
        self._loop: asyncio.AbstractEventLoop | None = None
        self._winding: asyncio.TimerHandle | None = None
        self._held: Place | None = None
        self._held_for = 0.0
        self._sighting: Sighting | None = None

    def start(self) -> bool:
        """Watches the running loop from now on; whether it can, otherwise the log says why not."""
        if reason := _hindrance():
            log.info("blocks that hold up the event loop are not looked for: %s", reason)
            return False
        self._loop = asyncio.get_running_loop()
        signal.signal(signal.SIGALRM, self._ring)
        self._wind()
        return True

    def stop(self) -> None:
        if self._loop is None:
            return
        self._loop = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        if self._winding is not None:
            self._winding.cancel()

    def _wind(self) -> None:
        if self._loop is None:
            return
        signal.setitimer(signal.ITIMER_REAL, self._first, self._beat)
        self._winding = self._loop.call_later(self._beat, self._wind)
        if self._sighting is not None:
            self._findings.over(self._sighting, time.time())
        self._held = self._sighting = None
        self._held_for = 0.0

    def _ring(self, number: int, frame: FrameType | None) -> None:
        """Runs inside of what holds the loop. Raises `Evicted` there if that is a block's code."""
        place = whose.of_stack(frame)
        if self._sighting is None or not _same(place, self._held):
            self._held, self._held_for = place, self._first
            self._note(place, whose.where(frame))
            return
        # Rings are counted, not seconds: a machine that slept, or a process that was stopped in
        # between, says nothing about the block.
        self._held_for += self._beat
        if place is not None and place.interruptible and self._held_for >= self._limit:
            raise Evicted(
                BlocksTheLoop(
                    block=place.block, node=place.node, seconds=self._held_for, place=place.at
                )
            )

    def _note(self, place: Place | None, at: str) -> None:
        now = time.time()
        if place is None:
            sighting = seen(BUSY_LOOP.at(place=at), since=now - self._first, now=now)
        else:
            remark = HELD_LOOP.at(node=place.node, block=place.block, place=at)
            sighting = seen(
                remark, since=now - self._first, now=now, run=place.ctx.run_id, block=place.block
            )
        self._sighting = sighting
        with suppress(RuntimeError):  # it may have rung in the middle of writing to the log
            self._findings.note(sighting)


def _same(one: Place | None, other: Place | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.ctx is other.ctx


def _hindrance() -> str:
    """Why the loop cannot be watched; empty if it can."""
    if not hasattr(signal, "setitimer"):
        return "this system has no SIGALRM"
    if threading.current_thread() is not threading.main_thread():
        return "the loop does not run in the main thread"
    if signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, signal.SIG_IGN):
        return "SIGALRM is used by somebody else"
    if signal.getitimer(signal.ITIMER_REAL)[0]:
        return "the alarm of this process is used by somebody else"
    return ""
